/** This store, broken in one way, and proof that the conformance suite notices. */
import assert from 'node:assert/strict';
import type { ModelSession, ReadModelStore, Stores, TableStatement } from '@tidemark/core';
import { storeConformance } from '@tidemark/testing';
import { sqlite } from '../src/index.ts';
import { temporaryFile } from './temporary.ts';

/** What is broken on an opening; the rest works. */
export type Break = (stores: Stores) => {
  readonly readModels?: Partial<ReadModelStore>;
  readonly events?: Partial<Stores['events']>;
  readonly useInline?: Stores['useInline'];
};

/** The rule with this title has to notice. */
export async function assertNoticed(rule: string, broken: Break): Promise<void> {
  const runs = new Map<string, () => Promise<void>>();
  storeConformance({ name: 'broken', provide: () => provider(broken) }, (name, run) => runs.set(name, run));
  const run = runs.get(`broken: ${rule}`);
  assert.ok(run, `there is no rule '${rule}'`);
  // Not the mutant's own mistake.
  const aboutTheStore = (error: unknown) => !(error instanceof TypeError || error instanceof ReferenceError);
  await assert.rejects(run(), aboutTheStore, `the rule '${rule}' did not notice`);
}

function provider(broken: Break) {
  const { description, open } = sqlite(temporaryFile());
  return {
    description,
    open: async (): Promise<Stores> => {
      const stores = await open();
      const { readModels, events, useInline = stores.useInline?.bind(stores) } = broken(stores);
      return {
        ...stores,
        readModels: changed(stores.readModels, readModels),
        events: changed(stores.events, events),
        ...(useInline === undefined ? {} : { useInline }),
        close: () => stores.close(),
      };
    },
  };
}

/** The same object with some members replaced; methods go on to see the object itself as `this`. */
export function changed<T extends object>(target: T, members: Partial<T> = {}): T {
  return new Proxy(target, {
    get(object, key) {
      if (Object.hasOwn(members, key)) return members[key as keyof T];
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}

/** A store of read models with other members. */
export const readModels =
  (change: (store: ReadModelStore) => Partial<ReadModelStore>): Break =>
  (stores) => ({ readModels: change(stores.readModels) });

/** A store whose sessions have other members. */
export const inSession = (change: (session: ModelSession) => Partial<ModelSession>): Break =>
  readModels((store) => ({
    transact: (id, transaction) =>
      store.transact(id, { ...transaction, run: (session) => transaction.run(changed(session, change(session))) }),
  }));

/** A store whose statements have other members. */
export const inStatement = (change: (statement: TableStatement, sql: string) => Partial<TableStatement>): Break =>
  inSession((session) => ({
    statement: (sql) => {
      const statement = session.statement(sql);
      return changed(statement, change(statement, sql));
    },
  }));

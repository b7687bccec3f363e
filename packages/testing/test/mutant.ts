import assert from 'node:assert/strict';
import { type EventStore, memory, type StoredEvent, type Stores } from '@tidemark/core';
import { type ConformanceTarget, storeConformance } from '@tidemark/testing';
import { replacing as changed } from '../src/replacing.ts';

export { changed };

/** What is broken on an opening of the memory store; the rest works. */
export type Break = (stores: Stores) => Broken;
type Broken = { readonly [K in Exclude<keyof Stores, 'close' | 'useInline'>]?: Partial<Stores[K]> } & Pick<
  Stores,
  'useInline'
>;

/** A store that is broken in one way: the rule with this title has to notice. */
export async function assertNoticed(rule: string, broken: Break, conformance = storeConformance): Promise<void> {
  const runs = new Map<string, () => Promise<void>>();
  conformance(brokenTarget(broken), (title, run) => runs.set(title, run));
  const run = runs.get(`broken: ${rule}`);
  assert.ok(run, `there is no rule '${rule}'`);
  await assert.rejects(run(), aboutTheStore, `the rule '${rule}' did not notice`);
}

/** What the suites are bound to. */
export function brokenTarget(broken: Break): ConformanceTarget {
  return { name: 'broken', provide: (clock) => brokenProvider(memory({ clock }).open, broken) };
}

/** Not the mutant's own mistake. */
function aboutTheStore(error: unknown): boolean {
  return !(error instanceof TypeError || error instanceof ReferenceError);
}

function brokenProvider(open: () => Promise<Stores>, broken: Break) {
  const opening = async (): Promise<Stores> => {
    const stores = await open();
    const changes = broken(stores);
    const events = changed(stores.events, changes.events);
    return {
      events,
      readModels: changed(stores.readModels, changes.readModels),
      snapshots: changed(stores.snapshots, changes.snapshots),
      commandLog: changed(stores.commandLog, changes.commandLog),
      leases: changed(stores.leases, changes.leases),
      useInline: changes.useInline ?? ((projections) => stores.useInline?.(projections)),
      close: () => stores.close(),
    };
  };
  return { description: 'broken', open: opening };
}

/** Pages made of others. */
export function mapPages(
  pages: AsyncIterable<readonly StoredEvent[]>,
  map: (page: readonly StoredEvent[]) => readonly StoredEvent[],
): ReturnType<EventStore['readAll']> {
  const mapped = async function* () {
    for await (const page of pages) yield map(page);
  };
  const each = async function* () {
    for await (const page of mapped()) yield* page;
  };
  return { pages: mapped, [Symbol.asyncIterator]: each };
}

/** Appends to several streams one after the other, so that they neither stand nor fall together. */
export const oneByOne: Break = ({ events }) => ({
  events: {
    appendToStreams: async (appends) => {
      const results = [];
      for (const { streamName, events: batch, ...options } of appends)
        results.push(await events.append(streamName, batch, options));
      return results;
    },
  },
});

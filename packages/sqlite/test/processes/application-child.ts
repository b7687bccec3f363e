/** A process with an application on a file, which does what it is asked to. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Application,
  createApplication,
  type DocumentChange,
  type EventData,
  eventData,
  type Rebuild,
} from '@tidemark/core';
import { ConsumerTrace, tracedStore } from '@tidemark/testing';
import { type FaultPoint, type Faults, sqlite } from '../../src/index.ts';
import { answerWith } from '../remote.ts';
import { type Balance, Deposited, type Model, readModels, type Traces, Withdrawn } from './read-models.ts';

interface Opening {
  readonly file: string;
  readonly models: readonly Model[];
  readonly version?: number;
  /** A name for the traces of its read models, which are written beside the file: `NAME.MODEL.trace`. */
  readonly trace?: string;
}

/** Where it kills itself, the so-many-th time from now that a transaction of this kind comes there. */
interface Death {
  readonly lane: 'durable' | 'relaxed';
  readonly point: FaultPoint;
  readonly count: number;
}

let app: Application | undefined;
let projections = readModels(1, {});
let rebuild: Rebuild | undefined;
let death: Death | undefined;
let passed = 0;
const changes: DocumentChange<unknown>[] = [];
const errors: string[] = [];

const faults: Faults = {
  at(point, { lane }) {
    if (death?.point !== point || death.lane !== lane) return;
    passed += 1;
    if (passed === death.count) process.kill(process.pid, 'SIGKILL');
  },
};

function running(): Application {
  if (app === undefined) throw new TypeError('ask it to open first');
  return app;
}

function someEvents(count: number, type: string): readonly EventData[] {
  return Array.from({ length: count }, (_, index) => eventData(type, { amount: index + 1 }));
}

const abilities = {
  async open({ file, models, version = 1, trace }: Opening): Promise<void> {
    const traces: Traces =
      trace === undefined
        ? {}
        : Object.fromEntries(
            models.map((model) => [
              model,
              new ConsumerTrace({ name: trace, file: path.join(path.dirname(file), `${trace}.${model}.trace`) }),
            ]),
          );
    projections = readModels(version, traces);
    let store = sqlite(file, { faults });
    for (const [name, recorder] of Object.entries(traces)) store = tracedStore(store, { name, version }, recorder);
    app = await createApplication({
      store,
      aggregates: [],
      events: [Deposited, Withdrawn],
      projections: models.map((model) => projections[model]),
      onError: (error) => errors.push(String(error)),
    });
  },
  /** Resolves with the position of the last of them. */
  async append(streamName: string, count = 1, type = 'Deposited'): Promise<number> {
    const { position = 0 } = await running().eventStore.append(streamName, someEvents(count, type), {
      expectedRevision: 'any',
    });
    return position;
  },
  /** One after the other, on several streams, until the file `until` is there. Resolves with how many. */
  async appendUntil(until: string, streams: string): Promise<number> {
    let appended = 0;
    for (; !fs.existsSync(until); appended += 1, await sleep(2))
      await abilities.append(
        `${streams}-${appended % 50}`,
        1 + (appended % 3),
        appended % 4 === 3 ? 'Noted' : undefined,
      );
    return appended;
  },
  async caughtUp(model: Model, position: number, timeout = 60_000): Promise<void> {
    await running().caughtUp(projections[model], position, { timeout });
  },
  async ready(model: Model): Promise<void> {
    await running().ready(projections[model]);
  },
  /** How one of them is. */
  async health(model: Model) {
    const { consumers } = await running().health();
    const { state, position, lastError, advice } = consumers.find(({ name }) => name === model) ?? {};
    return { state, position, advice, lastError: lastError?.message };
  },
  async errors(): Promise<readonly string[]> {
    return errors.splice(0);
  },
  async document(model: 'balances' | 'totals', key: string): Promise<Balance | undefined> {
    return running().documents(projections[model]).get(key);
  },
  /** From now on; `changed` gives them. */
  async watchChanges(model: 'balances' | 'totals'): Promise<void> {
    running()
      .documents(projections[model])
      .changes$.subscribe((change) => changes.push(change));
  },
  async changed(): Promise<readonly DocumentChange<unknown>[]> {
    return changes.splice(0);
  },
  /** Resolves when it is under way. */
  async rebuild(models: readonly Model[]): Promise<void> {
    rebuild = await running().rebuild(...models.map((model) => projections[model]));
  },
  async rebuilt(): Promise<void> {
    await rebuild?.done;
  },
  async dieAt(when: Death): Promise<void> {
    death = when;
    passed = 0;
  },
  /** Reads them over and over until the file `until` is there: each read whole, none behind the one before. */
  async readUntil(until: string): Promise<{ readonly reads: number; readonly broken: readonly string[] }> {
    const broken: string[] = [];
    const last = { balances: 0, ledger: 0, totals: 0 };
    const see = (model: Model, events: number) => {
      if (events < last[model]) broken.push(`${model} went from ${last[model]} events back to ${events}`);
      last[model] = events;
    };
    let reads = 0;
    for (; !fs.existsSync(until); reads += 1) {
      try {
        for (const model of ['balances', 'totals'] as const) {
          let events = 0;
          for await (const { value } of running().documents(projections[model]).all()) events += value.events;
          see(model, events);
        }
        const tables = running().tables(projections.ledger);
        const row = await tables.get<{ events: number }>(
          `SELECT sum(events) AS events FROM ${tables.table('entries')}`,
        );
        see('ledger', row?.events ?? 0);
      } catch (error) {
        broken.push(String(error));
      }
      await sleep(2);
    }
    return { reads, broken };
  },
  async stop(): Promise<void> {
    await app?.stop();
  },
};

export type ApplicationAbilities = typeof abilities;

answerWith(abilities);

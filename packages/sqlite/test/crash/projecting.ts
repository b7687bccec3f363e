/** A projection that follows the log, one commit for each page, and now and then builds its read model anew meanwhile. */
import type { EventStore, ModelSession, ReadModelStore, StoredEvent, Stores } from '@tidemark/core';
import { type Acknowledgement, model, shape, type Tally, tallied } from './life.ts';
import type { Chance } from './random.ts';

interface Surroundings {
  readonly chance: Chance;
  acknowledge(what: Acknowledgement): void;
}

export async function project(stores: Stores, { chance, acknowledge }: Surroundings): Promise<void> {
  const { events, readModels } = stores;
  const logId = await events.logId();
  let id = readModels.served(model) ?? (await served(readModels, (await readModels.begin(model, shape)).id));
  for (const { id: kept, state } of readModels.builds()) if (state === 'kept') await readModels.drop(kept);
  for await (const message of events.subscribeToAll({ after: checkpointOf(readModels, id) ?? 0 })) {
    if (message.kind !== 'events') continue;
    await apply(readModels, { id, logId }, message.events);
    acknowledge({ checkpoint: checkpointOf(readModels, id) ?? 0 });
    if (chance.next() < 0.15) id = await rebuilt(stores, id, logId);
  }
}

/** Goes on with a build that a life before has left unfinished. */
async function rebuilt({ events, readModels }: Stores, old: number, logId: string): Promise<number> {
  const { id } = await readModels.begin(model, shape);
  const end = checkpointOf(readModels, old) ?? 0;
  for await (const page of pages(events, checkpointOf(readModels, id) ?? 0, end))
    await apply(readModels, { id, logId }, page);
  await served(readModels, id, old);
  await readModels.drop(old);
  return id;
}

async function* pages(events: EventStore, after: number, end: number): AsyncGenerator<readonly StoredEvent[]> {
  for (let at = after; at < end; ) {
    const page: StoredEvent[] = [];
    for await (const event of events.readAll({ from: at + 1, limit: Math.min(500, end - at) })) page.push(event);
    yield page;
    at += page.length;
  }
}

async function apply(
  readModels: ReadModelStore,
  { id, logId }: { readonly id: number; readonly logId: string },
  events: readonly StoredEvent[],
): Promise<void> {
  const run = (session: ModelSession) => {
    const insert = session.statement(`REPLACE INTO ${session.tableName('tallies')} VALUES (?, ?)`);
    for (const { streamName, data } of events) {
      const tally = tallied(parse(session.read(streamName)?.json), (data as { amount: number }).amount);
      session.write(streamName, { json: JSON.stringify(tally), types: null });
      insert.run(streamName, tally.sum);
    }
    const last = events[events.length - 1];
    return last && { logId, position: last.position, eventId: last.eventId };
  };
  await readModels.transact(id, { expected: checkpointOf(readModels, id), run });
}

/** The first is served while it is empty still, so that each life has a chance to find it so. */
async function served(readModels: ReadModelStore, id: number, old?: number): Promise<number> {
  const leaves = old === undefined ? [] : [{ id: old, from: 'served', to: 'kept' } as const];
  await readModels.changeStates([...leaves, { id, from: 'building', to: 'served' }]);
  return id;
}

function checkpointOf(readModels: ReadModelStore, id: number): number | undefined {
  return readModels.builds().find((build) => build.id === id)?.checkpoint?.position;
}

function parse(json: string | undefined): Tally | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as Tally);
}

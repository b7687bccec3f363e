/** A process that appends until it is killed or told to end: several callers at once, to streams of its own and to streams that all share. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventData, EventStore, ExpectedRevision } from '@tidemark/core';
import { sqlite } from '../../src/index.ts';
import { Chance } from '../crash/random.ts';
import { startConsumer, types } from './consumer.ts';
import { acknowledgedEnding, type Ending, type Life, logIn, type Pausing, patient, traceOf } from './life.ts';

const life = JSON.parse(process.argv[2] ?? '') as Life;
const { folder, name, seed } = life;
const chance = new Chance(seed);
const acknowledged = fs.openSync(path.join(folder, `${name}${acknowledgedEnding}`), 'ax');
const callers = 24;
const streams = 40;
let ending = false;
let paused = false;

function someEvents(): readonly EventData[] {
  const count = chance.next() < 0.9 ? chance.between(1, 5) : chance.between(20, 60);
  return Array.from({ length: count }, () => ({
    eventId: randomUUID(),
    type: types[chance.between(0, types.length - 1)] ?? '',
    data: JSON.stringify({ amount: chance.between(1, 1_000) }),
  }));
}

async function revisionOf(events: EventStore, streamName: string): Promise<ExpectedRevision> {
  try {
    for await (const event of events.readStream(streamName, { direction: 'backwards', limit: 1 }))
      return event.revision;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'STREAM_NOT_FOUND') throw error;
  }
  return 'no_stream';
}

/** Half of the appends expect a revision, which another writer may make untrue. */
async function append(events: EventStore): Promise<void> {
  const streamName =
    chance.next() < 0.5 ? `shared-${chance.between(1, streams)}` : `${name}-${chance.between(1, streams)}`;
  const batch = someEvents();
  const expectedRevision = chance.next() < 0.5 ? 'any' : await revisionOf(events, streamName);
  try {
    const result = await events.append(streamName, batch, { expectedRevision });
    fs.writeSync(acknowledged, `${result.position} ${batch.at(-1)?.eventId}\n`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'WRONG_EXPECTED_REVISION') throw error;
  }
}

async function call(events: EventStore): Promise<void> {
  while (!ending) {
    if (paused) await sleep(20);
    else await append(events);
  }
}

process.on('disconnect', () => process.exit());
process.on('message', (message: Ending | Pausing) => {
  if ('paused' in message) paused = message.paused;
  else ending = true;
});
// One life in four does not know the inline projection: what it appends, others take in.
const traces = seed % 4 === 0 ? {} : { totals: traceOf('totals', life) };
const fail = (error: unknown) => {
  console.error(error);
  process.exit(1);
};
const { stores, stop } = await startConsumer(sqlite(logIn(folder), patient), { traces, onError: fail });
await Promise.all(Array.from({ length: callers }, () => call(stores.events)));
await stop();
process.disconnect();

/** The process that is killed: several callers append, a projection follows, and each acknowledgement is written down. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import type { AppendResult, EventData, EventStore } from '@tidemark/core';
import { type FaultPoint, sqlite } from '../../src/index.ts';
import { Counting, counts, shape as countsShape, Refusal, refusedType } from '../inline/counting.ts';
import { serve } from '../read-models/models.ts';
import type { Acknowledgement, Life } from './life.ts';
import { project } from './projecting.ts';
import { Chance } from './random.ts';

const life = JSON.parse(process.argv[2] ?? '') as Life;
const chance = new Chance(life.seed);
const acknowledgements = fs.openSync(life.acknowledgements, 'a');
const callers = 6;
const streamsOfEach = 8;
let transactions = 0;

/** Called when a promise has resolved, and not before. */
function acknowledge(what: Acknowledgement): void {
  fs.writeSync(acknowledgements, `${JSON.stringify(what)}\n`);
}

function dieAt(point: FaultPoint): void {
  if (point === 'before-begin') transactions += 1;
  const { death } = life;
  if (death.kind === 'suicide' && death.point === point && transactions >= death.transaction)
    process.kill(process.pid, 'SIGKILL');
}

function someEvents(count: number): readonly EventData[] {
  return Array.from({ length: count }, () => ({
    eventId: randomUUID(),
    type: `Type${chance.between(0, 30)}`,
    data: JSON.stringify({ amount: chance.between(1, 1_000), text: 'x'.repeat(chance.between(0, 400)) }),
  }));
}

function acknowledgeAppend(
  { streamName, revision, position }: AppendResult,
  events: readonly EventData[],
  command?: string,
): void {
  if (revision === undefined || position === undefined) return;
  const ids = events.map(({ eventId }) => eventId);
  acknowledge({ stream: streamName, revision, position, ids, ...(command === undefined ? {} : { command }) });
}

/** Writes to streams that no other caller writes to, so that it always knows where they are. */
async function call(events: EventStore, caller: number): Promise<void> {
  const heads = new Map<string, number>();
  for (let index = 0; index < streamsOfEach; index += 1) {
    const name = `account-${caller}x${index}`;
    heads.set(name, await headOf(events, name));
  }
  for (;;) {
    const [first, second] = twoOf([...heads.keys()]);
    const kind = chance.next();
    if (kind < 0.1) {
      const appends = [first, second].map((streamName) => ({
        streamName,
        events: someEvents(chance.between(1, 3)),
        expectedRevision: expectedOf(heads.get(streamName)),
      }));
      const results = await events.appendToStreams(appends);
      for (const [index, result] of results.entries()) {
        acknowledgeAppend(result, appends[index]?.events ?? []);
        heads.set(result.streamName, result.revision ?? -1);
      }
      continue;
    }
    if (kind > 0.95) await beRefused(events, first, expectedOf(heads.get(first)));
    const name = kind < 0.2 ? `new${chance.between(0, 99)}-${randomUUID()}` : first;
    const written = someEvents(kind < 0.5 ? chance.between(2, 5) : 1);
    const command = kind < 0.3 ? randomUUID() : undefined;
    const record =
      command === undefined ? undefined : { commandId: command, command: 'Do', returned: '{}', decidedAt: 0 };
    const expectedRevision = name === first ? expectedOf(heads.get(name)) : 'no_stream';
    const result = await events.append(name, written, { expectedRevision, command: record });
    acknowledgeAppend(result, written, command);
    if (name === first) heads.set(name, result.revision ?? -1);
  }
}

/** By the projection inside of the append's transaction, in a group with others. */
async function beRefused(events: EventStore, name: string, expectedRevision: 'no_stream' | number): Promise<void> {
  const bad = someEvents(2).map((event) => ({ ...event, type: refusedType }));
  try {
    await events.append(name, bad, { expectedRevision });
  } catch (error) {
    if (error instanceof Refusal) return;
    throw error;
  }
  throw new RangeError('an append was stored that its projection had refused');
}

async function headOf(events: EventStore, name: string): Promise<number> {
  try {
    for await (const { revision } of events.readStream(name, { direction: 'backwards', limit: 1 })) return revision;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'STREAM_NOT_FOUND') throw error;
  }
  return -1;
}

function expectedOf(head = -1): 'no_stream' | number {
  return head === -1 ? 'no_stream' : head;
}

function twoOf(names: readonly string[]): readonly [string, string] {
  const first = chance.between(0, names.length - 1);
  const second = (first + chance.between(1, names.length - 1)) % names.length;
  return [names[first] ?? '', names[second] ?? ''];
}

process.on('disconnect', () => process.exit());
const stores = await sqlite(life.file, { faults: { at: dieAt } }).open();
process.send?.('opened');
const counting =
  stores.readModels.served(counts) ?? (await serve(stores.readModels, counts, { shape: countsShape })).id;
stores.useInline?.(new Counting(counting));
await Promise.all([
  ...Array.from({ length: callers }, (_, index) => call(stores.events, index)),
  project(stores, { chance, acknowledge }),
]);

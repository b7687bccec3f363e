/**
 * The words that the rules are written in. A bare `assert.ok(x)` is not among them: to explain a failure, Node parses the
 * whole source, which takes it half a minute under a loader.
 */
import assert from 'node:assert/strict';
import { type EventData, type EventStore, eventData, type Revision, type StoredEvent } from '@tidemark/core';

export const any = { expectedRevision: 'any' } as const;
export const noStream = { expectedRevision: 'no_stream' } as const;
export const streamExists = { expectedRevision: 'stream_exists' } as const;
export const at = (revision: Revision) => ({ expectedRevision: revision }) as const;

/** So many events, each with an id of its own, their data numbered from `first`. */
export function numbered(count: number, first = 0, type = 'Numbered'): readonly EventData[] {
  return Array.from({ length: count }, (_, index) => eventData(type, { number: first + index }));
}

/** One such event. */
export function one(number = 0): EventData {
  return eventData('Numbered', { number });
}

/** Reads to the end. */
export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

/** The first of them; there has to be one. */
export async function firstOf<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  return assert.fail('found nothing where something was expected');
}

/** The numbers of the events made by `numbered`. */
export async function numbers(events: AsyncIterable<StoredEvent>): Promise<readonly number[]> {
  return (await all(events)).map(numberOf);
}

export function numberOf({ data }: StoredEvent): number {
  return (data as { number: number }).number;
}

/** `count` whole numbers from `first`. */
export function range(count: number, first = 0): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** The call is refused with this code, thrown or rejected; resolves to the error, for its facts. */
export async function refused(code: string, call: () => unknown): Promise<Error & Readonly<Record<string, unknown>>> {
  let outcome: unknown;
  try {
    outcome = await call();
  } catch (error) {
    assert.ok(error instanceof Error, `was refused with ${String(error)}, which is no Error`);
    assert.equal((error as { code?: unknown }).code, code, `was refused with: ${error.stack ?? error.message}`);
    return error as Error & Readonly<Record<string, unknown>>;
  }
  return assert.fail(`was not refused with ${code}, but gave ${JSON.stringify(outcome)}`);
}

/** Does something, and proves that the log is as it was. */
export async function writingNothing<T>(events: EventStore, act: () => Promise<T>): Promise<T> {
  const before = await logOf(events);
  const outcome = await act();
  assert.deepEqual(await logOf(events), before, 'the log has changed');
  return outcome;
}

async function logOf(events: EventStore): Promise<unknown> {
  const log = (await all(events.readAll())).map(({ position, streamName, revision, eventId }) => ({
    position,
    streamName,
    revision,
    eventId,
  }));
  return { head: await events.head(), log };
}

/** The promise's outcome, or a failure when it takes longer: every promise has to settle. */
export async function inTime<T>(promise: Promise<T>, what: string, milliseconds = 5_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new assert.AssertionError({ message: `${what}: not within ${milliseconds} ms` })),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tells whether a promise has settled by now, however it did. */
export function ending(promise: Promise<unknown>): { readonly isOver: boolean } {
  const state = { isOver: false };
  const end = () => {
    state.isOver = true;
  };
  promise.then(end, end);
  return state;
}

/** Lets whatever waits for its turn have it. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

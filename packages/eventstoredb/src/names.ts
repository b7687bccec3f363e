/** Which streams and types are the server's or the store's own: no reader is shown them, and no writer may use them. */
import { ArgumentError, assertStreamName, type EventData, type Filterable, StreamNameError } from '@tidemark/core';

/** The store's own streams. Their events have types with `$`, so that whoever leaves out system events leaves them out. */
const own = 'tidemark~';

export const logStream = `${own}log`;
export const snapshotStream = (key: string): string => `${own}snapshot-${key}`;

/** Throws `StreamNameError`. */
export function assertUsable(streamName: unknown): asserts streamName is string {
  assertStreamName(streamName);
  const found = `'${streamName.slice(0, 60)}'`;
  if (streamName.startsWith('$')) throw new StreamNameError(found, 'a name without $: those are the server’s own');
  if (streamName.startsWith(own)) throw new StreamNameError(found, `a name without ${own}: those are the store’s own`);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Refuses what the server does not take, before it goes there: an append by batch that the server cannot read is answered
 * twice, and the client ends the process at the second answer. Core checks the same, but not again what it has made itself,
 * which somebody may have changed since.
 */
export function assertEvents(events: readonly EventData[]): void {
  for (const { eventId, type } of events) {
    if (!uuid.test(eventId)) throw new ArgumentError('event id', shown(eventId), 'a UUID in lower case');
    if (type === '' || type.startsWith('$'))
      throw new ArgumentError('event type', shown(type), 'text without $ at its beginning that is not empty');
  }
}

/** Whether readers of the log see it. */
export function isShown({ type, streamName }: Pick<Filterable, 'type' | 'streamName'>): boolean {
  return !type.startsWith('$') && !streamName.startsWith('$');
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}

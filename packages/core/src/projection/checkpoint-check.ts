import { CheckpointMismatchError } from '../application-errors.ts';
import type { StoredEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Checkpoint } from '../store/read-model-store.ts';

/** Refuses a checkpoint that was not made on this log: `CheckpointMismatchError`. To go on from it would skip events. */
export async function assertCheckpoint(
  consumer: string,
  { logId, position, eventId }: Checkpoint,
  events: EventStore,
): Promise<void> {
  assertPlaceInLog(consumer, { logId, position }, { logId: await events.logId(), head: await events.head() });
  for await (const event of events.readAll({ from: position, limit: 1 }))
    return assertEventAt(consumer, { position, eventId }, event);
  assertEventAt(consumer, { position, eventId }, undefined);
}

/** Of the log's first event at or behind the position: that it is the checkpoint's. Throws `CheckpointMismatchError`. */
export function assertEventAt(
  consumer: string,
  { position, eventId }: Pick<Checkpoint, 'position' | 'eventId'>,
  found: Pick<StoredEvent, 'position' | 'eventId'> | undefined,
): void {
  if (found?.position === position && found.eventId === eventId) return;
  const wanted = found === undefined ? 'an event that is there' : `event ${found.eventId}`;
  throw new CheckpointMismatchError(consumer, `event ${eventId} at position ${position}`, wanted);
}

/** What can be told without reading: that it is of this log, and not beyond its end. Throws `CheckpointMismatchError`. */
export function assertPlaceInLog(
  consumer: string,
  { logId, position }: Pick<Checkpoint, 'logId' | 'position'>,
  log: { readonly logId: string; readonly head: Position },
): void {
  if (logId !== log.logId) throw new CheckpointMismatchError(consumer, `log ${logId}`, `log ${log.logId}`);
  if (position > log.head)
    throw new CheckpointMismatchError(consumer, `position ${position}`, `at most ${log.head}, the log's last`);
}

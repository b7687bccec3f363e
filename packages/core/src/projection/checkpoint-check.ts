import { CheckpointMismatchError } from '../application-errors.ts';
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
  for await (const event of events.readAll({ from: position, limit: 1 })) {
    if (event.position === position && event.eventId === eventId) return;
    throw new CheckpointMismatchError(consumer, `event ${eventId} at position ${position}`, `event ${event.eventId}`);
  }
  throw new CheckpointMismatchError(consumer, `event ${eventId} at position ${position}`, 'an event that is there');
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

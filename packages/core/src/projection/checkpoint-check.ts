import { CheckpointMismatchError } from '../application-errors.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Checkpoint } from '../store/read-model-store.ts';

/** Refuses a checkpoint that was not made on this log: `CheckpointMismatchError`. To go on from it would skip events. */
export async function assertCheckpoint(
  consumer: string,
  { logId, position, eventId }: Checkpoint,
  events: EventStore,
): Promise<void> {
  const here = await events.logId();
  if (logId !== here) throw new CheckpointMismatchError(consumer, `log ${logId}`, `log ${here}`);
  const head = await events.head();
  if (position > head)
    throw new CheckpointMismatchError(consumer, `position ${position}`, `at most ${head}, the log's last`);
  for await (const event of events.readAll({ from: position, limit: 1 })) {
    if (event.position === position && event.eventId === eventId) return;
    throw new CheckpointMismatchError(consumer, `event ${eventId} at position ${position}`, `event ${event.eventId}`);
  }
  throw new CheckpointMismatchError(consumer, `event ${eventId} at position ${position}`, 'an event that is there');
}

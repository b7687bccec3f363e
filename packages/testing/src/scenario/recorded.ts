/** Recorded events for tests of what reads them: projections, subscribers, reactions. */
import {
  aggregateIdOf,
  assertObject,
  categoryOf,
  type EventClass,
  EventRegistry,
  type RecordedEvent,
} from '@tidemark/core';
import { countedId } from '../counting-ids.ts';

/** What an envelope says besides its event; the rest has defaults that belong together. */
export type Envelope = Partial<Omit<RecordedEvent, 'data' | 'type' | 'category' | 'aggregateId'>>;

/**
 * An event of a `@DomainEvent` class as if it had been recorded: by default the first of the stream `test-1`.
 * Throws `ArgumentError`, and `ConfigurationError` for an event of another class.
 *
 * @example
 * recorded(new MoneyDeposited(25), { streamName: 'account-42', revision: 3 })
 */
export function recorded<E extends object>(event: E, envelope: Envelope = {}): RecordedEvent<E> {
  assertObject('event', event);
  assertObject('envelope', envelope);
  const { streamName = 'test-1', revision = 0, position = revision + 1 } = envelope;
  const recordedAt = envelope.recordedAt ?? new Date('2026-01-01T00:00:00.000Z');
  const { type } = new EventRegistry({ events: [event.constructor as EventClass] }).nameOf(event);
  return {
    eventId: countedId(position),
    metadata: {},
    occurredAt: recordedAt,
    ...envelope,
    type,
    data: event,
    streamName,
    category: categoryOf(streamName),
    aggregateId: aggregateIdOf(streamName),
    revision,
    position,
    recordedAt,
  };
}

/** Several events of one stream, one after the other. */
export function recordedStream<E extends object>(
  streamName: string,
  ...events: readonly E[]
): readonly RecordedEvent<E>[] {
  return events.map((event, revision) => recorded(event, { streamName, revision }));
}

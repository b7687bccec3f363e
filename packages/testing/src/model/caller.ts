import { type EventData, type ExpectedRevision, eventData, type StoredEvent, type StreamAppend } from '@tidemark/core';
import { countedId } from '../counting-ids.ts';
import type { ComparedLog, LogModel } from './log-model.ts';
import type { Again, Append, Expectation, Operation } from './operations.ts';

/** Something that can be done to the model and to a store alike. */
export type Call = (log: ComparedLog) => Promise<unknown>;

/** Turns operations into calls, by the state that the model is in. */
export class Caller {
  #ids = 0;
  /** Those that a repetition is promised to find again. */
  readonly #repeatable: StreamAppend[] = [];

  constructor(private readonly model: LogModel) {}

  /** `undefined` for what is done to a subscription, the clock or the store as a whole. */
  callOf(operation: Operation): Call | undefined {
    switch (operation.do) {
      case 'append':
        return this.#appending(this.#append(operation));
      case 'append to several':
        return appendingAll(operation.appends.map((one) => this.#append(one)));
      case 'append again':
        return this.#again(operation.which, operation.how);
      case 'delete':
        return deleting(operation.stream, this.#expected(operation.stream, operation.expects));
      case 'tombstone':
        return burying(operation.stream, this.#expected(operation.stream, operation.expects));
      case 'change metadata':
        return async (log) => {
          await log.changeStreamMetadata(operation.stream, operation.changes);
          return log.readStreamMetadata(operation.stream);
        };
      case 'read':
        return (log) => all(log.readStream(operation.stream, operation));
      case 'read all': {
        const { direction, from, limit, filter } = operation;
        const begin = direction === 'forwards' ? { from } : { before: from };
        return (log) => all(log.readAll({ direction, ...begin, limit, filter }));
      }
      default:
        return undefined;
    }
  }

  #appending(append: StreamAppend): Call {
    const { streamName, events, expectedRevision, revive } = append;
    if (typeof expectedRevision === 'number' || expectedRevision === 'no_stream') this.#repeatable.push(append);
    return (log) => log.append(streamName, events, { expectedRevision, revive });
  }

  #again(which: number, how: Again): Call | undefined {
    const earlier = this.#repeatable[which % Math.max(1, this.#repeatable.length)];
    if (earlier === undefined) return undefined;
    const { streamName, events, expectedRevision, revive } = earlier;
    const tried = {
      same: events,
      beginning: events.slice(0, -1),
      longer: [...events, this.#event('Moved')],
      reversed: events.toReversed(),
    }[how];
    return (log) => log.append(streamName, tried, { expectedRevision, revive });
  }

  #append({ stream, types, expects, revive }: Append): StreamAppend {
    const events = types.map((type) => this.#event(type));
    return { streamName: stream, events, expectedRevision: this.#expected(stream, expects), revive };
  }

  #event(type: string): EventData {
    this.#ids += 1;
    return eventData(type, { number: this.#ids }, { eventId: countedId(this.#ids) });
  }

  #expected(stream: string, expectation: Expectation): ExpectedRevision {
    if (typeof expectation === 'string') return expectation;
    const revision = this.model.streamOf(stream).length - 1 + expectation;
    return revision < 0 ? 'no_stream' : revision;
  }
}

const appendingAll =
  (appends: readonly StreamAppend[]): Call =>
  (log) =>
    log.appendToStreams(appends);

const deleting =
  (streamName: string, expectedRevision: ExpectedRevision): Call =>
  (log) =>
    log.deleteStream(streamName, { expectedRevision });

const burying =
  (streamName: string, expectedRevision: ExpectedRevision): Call =>
  (log) =>
    log.tombstoneStream(streamName, { expectedRevision });

async function all(events: AsyncIterable<StoredEvent>): Promise<readonly unknown[]> {
  const read: unknown[] = [];
  for await (const event of events) read.push(event.toJSON());
  return read;
}

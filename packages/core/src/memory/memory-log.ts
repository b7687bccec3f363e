/** The log of the memory store: text, as on disk, so that nothing a reader does can change it. */
import { randomUUID } from 'node:crypto';
import { type EventData, StoredEvent } from '../event/event.ts';
import type { Position, Revision } from '../event/revision.ts';
import { categoryOf } from '../event/stream-name.ts';
import { Signal } from '../shared/signal.ts';
import type { StreamState } from '../store/append-rules.ts';
import type { HandledCommand } from '../store/command-log.ts';

interface Row {
  readonly event: EventData;
  readonly streamName: string;
  readonly revision: Revision;
  readonly recordedTime: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Stream {
  state: Mutable<StreamState>;
  readonly positions: Position[];
}

export class MemoryLog {
  readonly id = randomUUID();
  readonly changed = new Signal();
  readonly commands = new Map<string, HandledCommand>();
  readonly #rows: Row[] = [];
  readonly #streams = new Map<string, Stream>();

  get head(): Position {
    return this.#rows.length;
  }

  state(streamName: string): StreamState {
    return this.#streams.get(streamName)?.state ?? { streamName, head: undefined, deleted: false, tombstone: false };
  }

  changeState(streamName: string, change: (state: StreamState) => StreamState): void {
    this.#stream(streamName).state = change(this.state(streamName));
  }

  /** Cannot fail half-way: everything was checked before. Returns the last position. */
  write(streamName: string, events: readonly EventData[], recordedTime: number): Position {
    const stream = this.#stream(streamName);
    if (stream.state.deleted) {
      const revivedAt = stream.positions.length;
      stream.state = { ...stream.state, deleted: false, revivedAt, truncateBefore: revivedAt };
    }
    for (const event of events) {
      this.#rows.push({ event: { ...event }, streamName, revision: stream.positions.length, recordedTime });
      stream.positions.push(this.#rows.length);
    }
    stream.state.head = stream.positions.length - 1;
    return this.#rows.length;
  }

  at(position: Position): StoredEvent | undefined {
    const row = this.#rows[position - 1];
    if (row === undefined) return undefined;
    const { event, streamName, revision, recordedTime } = row;
    const metadata = event.metadata ?? null;
    const category = categoryOf(streamName);
    return new StoredEvent(
      event.eventId,
      event.type,
      event.data,
      metadata,
      streamName,
      category,
      revision,
      position,
      recordedTime,
    );
  }

  inStream(streamName: string, revision: Revision): StoredEvent | undefined {
    const position = this.#streams.get(streamName)?.positions[revision];
    return position === undefined ? undefined : this.at(position);
  }

  #stream(streamName: string): Stream {
    let stream = this.#streams.get(streamName);
    if (stream === undefined) {
      stream = { state: { streamName, head: undefined, deleted: false, tombstone: false }, positions: [] };
      this.#streams.set(streamName, stream);
    }
    return stream;
  }
}

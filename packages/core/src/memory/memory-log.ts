/** The log of the memory store: text, as on disk, so that nothing a reader does can change it. */
import { randomUUID } from 'node:crypto';
import { type EventData, StoredEvent } from '../event/event.ts';
import type { Position, Revision } from '../event/revision.ts';
import { categoryOf } from '../event/stream-name.ts';
import { Signal } from '../shared/signal.ts';
import type { StreamState } from '../store/append-rules.ts';
import type { HandledCommand } from '../store/command-log.ts';

/** An event in its place, stored or about to be. */
export interface LogRow {
  readonly event: EventData;
  readonly streamName: string;
  readonly revision: Revision;
  readonly position: Position;
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
  readonly #rows: LogRow[] = [];
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

  /** Rows whose positions follow the head. Cannot fail half-way: everything was checked before. */
  write(rows: readonly LogRow[]): void {
    for (const row of rows) {
      const stream = this.#stream(row.streamName);
      if (stream.state.deleted) {
        const { revision: revivedAt } = row;
        stream.state = { ...stream.state, deleted: false, revivedAt, truncateBefore: revivedAt };
      }
      this.#rows.push(row);
      stream.positions.push(row.position);
      stream.state.head = row.revision;
    }
  }

  at(position: Position): StoredEvent | undefined {
    const row = this.#rows[position - 1];
    return row && storedEvent(row);
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

/** A fresh copy, as a reader gets it. */
export function storedEvent({ event, streamName, revision, position, recordedTime }: LogRow): StoredEvent {
  const { eventId, type, data, metadata = null } = event;
  const category = categoryOf(streamName);
  return new StoredEvent(eventId, type, data, metadata, streamName, category, revision, position, recordedTime);
}

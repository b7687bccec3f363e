/**
 * The log as a consumer ought to see it: each event at its position, in its parts, wanted by the filter or not. Holds
 * the ids and no data, about a hundred bytes an event.
 */
import {
  ArgumentError,
  type EventFilter,
  type EventRegistry,
  type EventStore,
  type Filterable,
  filterTest,
  type Position,
  type StoredEvent,
} from '@tidemark/core';
import type { SeenEvent } from './consumer-trace.ts';

/** What is known of an event in the log. */
export type LoggedEvent = SeenEvent & Filterable;

/** The log to be held to: a store's, or its events in the order of their positions. */
export type TraceableLog = Pick<EventStore, 'readAll'> | AsyncIterable<LoggedEvent> | Iterable<LoggedEvent>;

export interface LogView {
  /** Which events the consumer wants. Types mean what events are after upcasting. */
  readonly filter?: EventFilter | undefined;
  /** Upcasts the store's events as the application does; needed where upcasters rename, split or drop what is wanted. */
  readonly registry?: Pick<EventRegistry, 'restore'> | undefined;
}

/** An entry's place among all of them; `count` is behind the last. */
export type Index = number;

const unsplit = -1;

export class LogIndex {
  readonly #positions: Position[] = [];
  readonly #parts: number[] = [];
  readonly #ids: string[] = [];
  readonly #wanted: boolean[] = [];

  /** Throws `ArgumentError` for a filter that is none, or a log out of order, and what reading throws. */
  static async read(log: TraceableLog, { filter, registry }: LogView): Promise<LogIndex> {
    assertLog(log);
    const index = new LogIndex();
    const wanted = filterTest(filter);
    if ('readAll' in log) {
      for await (const page of log.readAll().pages()) {
        for (const stored of page) index.#addToday(stored, wanted, registry);
      }
    } else {
      for await (const event of log) index.#add(event, wanted(event));
    }
    return index;
  }

  get count(): number {
    return this.#positions.length;
  }

  /** The last event's position; 0 for an empty log. */
  get head(): Position {
    return this.#positions[this.count - 1] ?? 0;
  }

  /** The event's position; behind the last there is none, which is later than all. */
  positionAt(index: Index): Position {
    return this.#positions[index] ?? Number.POSITIVE_INFINITY;
  }

  idAt(index: Index): string | undefined {
    return this.#ids[index];
  }

  isWanted(index: Index): boolean {
    return this.#wanted[index] === true;
  }

  /** Whether this very event stands there. */
  holds(index: Index, { position, eventId, part }: SeenEvent): boolean {
    return (
      this.#positions[index] === position && this.#ids[index] === eventId && this.#parts[index] === (part ?? unsplit)
    );
  }

  /** The entry at this position, of this part where one is given; `undefined` where there is none. */
  find(position: Position, part: number | undefined): Index | undefined {
    for (let index = this.firstAfter(position - 1); this.#positions[index] === position; index += 1) {
      if (this.#parts[index] === (part ?? unsplit)) return index;
    }
    return undefined;
  }

  /** Some entry at this position, whatever its part; `undefined` where there is none. */
  findAny(position: Position): Index | undefined {
    const index = this.firstAfter(position - 1);
    return this.#positions[index] === position ? index : undefined;
  }

  /** The first entry behind this position, by halving. */
  firstAfter(position: Position): Index {
    let low = 0;
    for (let high = this.count; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#positions[middle] as Position) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** This entry, or the first behind it, that is wanted. */
  wantedFrom(index: Index): Index {
    let next = index;
    while (next < this.count && this.#wanted[next] !== true) next += 1;
    return next;
  }

  #addToday(stored: StoredEvent, wanted: (event: Filterable) => boolean, registry: LogView['registry']): void {
    const today = registry === undefined ? [stored] : registry.restore(stored);
    for (const event of today) this.#add(event, wanted(event));
    // Dropped by an upcaster: nobody wants it, yet a checkpoint may stand there.
    if (today.length === 0) this.#add(stored, false);
  }

  #add({ position, eventId, part = unsplit }: LoggedEvent, wanted: boolean): void {
    const last = this.count - 1;
    const before = this.#positions[last] ?? 0;
    if (position < before || (position === before && part <= (this.#parts[last] ?? unsplit)))
      throw new ArgumentError('log', `position ${position} behind ${before}`, 'events in the order of the log');
    this.#positions.push(position);
    this.#parts.push(part);
    this.#ids.push(eventId);
    this.#wanted.push(wanted);
  }
}

function assertLog(log: unknown): void {
  const kind = typeof log === 'object' ? (log ?? {}) : {};
  if ('readAll' in kind || Symbol.iterator in kind || Symbol.asyncIterator in kind) return;
  throw new ArgumentError('log', String(log), 'an event store, or its events');
}

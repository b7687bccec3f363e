/**
 * The names of streams by number, for readers of the log, who need one for each event: one slot for each remainder, as
 * keeping the order of use would cost more than the look-ups it saves.
 */
import { aggregateIdOf, categoryOf } from '@tidemark/core';
import type Database from 'better-sqlite3';

/** A power of two; some 190 bytes each. */
const slots = 65_536;
const mostAhead = 256;
/** Numbers between two that are asked for which belong to streams without events, or to others than are filtered for. */
const widestGap = 4;

export interface NamedStream {
  readonly id: number;
  readonly streamName: string;
  readonly category: string;
  readonly aggregateId: string;
}

export class StreamNames {
  readonly #known: (NamedStream | undefined)[] = new Array(slots);
  readonly #find: Database.Statement<[number, number], [number, string]>;
  /** How many were looked up last, and the number behind them. */
  #count = 1;
  #next = 1;

  constructor(db: Database.Database) {
    this.#find = db
      .prepare<[number, number], [number, string]>('SELECT id, name FROM streams WHERE id BETWEEN ? AND ?')
      .raw();
  }

  /** An empty name where no stream has this number. */
  of(id: number): NamedStream {
    return this.#knownAt(id) ?? this.#lookUp(id) ?? { id, streamName: '', category: '', aggregateId: '' };
  }

  /** For a number that was given in a transaction that was rolled back: another stream will get it. */
  forget(id: number): void {
    this.#known[id % slots] = undefined;
  }

  #knownAt(id: number): NamedStream | undefined {
    const known = this.#known[id % slots];
    return known?.id === id ? known : undefined;
  }

  /**
   * Streams have their numbers in the order in which the log first names them, so whoever reads it needs one behind the
   * other: the longer that goes on, the more of them are looked up at once.
   */
  #lookUp(id: number): NamedStream | undefined {
    const gap = id - this.#next;
    this.#count = gap >= 0 && gap <= widestGap ? Math.min(this.#count * 2, mostAhead) : 1;
    this.#next = id + this.#count;
    for (const [found, streamName] of this.#find.all(id, this.#next - 1)) {
      const [category, aggregateId] = [categoryOf(streamName), aggregateIdOf(streamName)];
      this.#known[found % slots] = { id: found, streamName, category, aggregateId };
    }
    return this.#knownAt(id);
  }
}

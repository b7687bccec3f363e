/**
 * The names of streams by number, for readers of the log, who need one for each event: one slot for each remainder, as
 * keeping the order of use would cost more than the look-ups it saves.
 */
import type Database from 'better-sqlite3';

/** A power of two; some 60 bytes each. */
const slots = 65_536;

export class StreamNames {
  readonly #ids = new Float64Array(slots);
  readonly #names: string[] = new Array(slots);
  readonly #find: Database.Statement<[number], string>;

  constructor(db: Database.Database) {
    this.#find = db.prepare<[number], string>('SELECT name FROM streams WHERE id = ?').pluck();
  }

  nameOf(id: number): string {
    const slot = id % slots;
    const known = this.#names[slot];
    if (known !== undefined && this.#ids[slot] === id) return known;
    const name = this.#find.get(id) ?? '';
    this.#ids[slot] = id;
    this.#names[slot] = name;
    return name;
  }

  /** For a number that was given in a transaction that was rolled back: another stream will get it. */
  forget(id: number): void {
    this.#ids[id % slots] = 0;
  }
}

/**
 * Names stored once and referred to by number: event types and categories. A number is given inside a write
 * transaction, and holds for other processes and for good once that commits.
 */
import type Database from 'better-sqlite3';

export class Names {
  readonly #ids = new Map<string, number>();
  readonly #names: (string | undefined)[] = [];
  readonly #byName: Database.Statement<[string], number>;
  readonly #byId: Database.Statement<[number], string>;
  readonly #insert: Database.Statement<[string]>;
  #fresh: string[] = [];

  constructor(db: Database.Database, table: 'types' | 'categories') {
    this.#byName = db.prepare<[string], number>(`SELECT id FROM ${table} WHERE name = ?`).pluck();
    this.#byId = db.prepare<[number], string>(`SELECT name FROM ${table} WHERE id = ?`).pluck();
    this.#insert = db.prepare<[string]>(`INSERT INTO ${table} (name) VALUES (?)`);
  }

  /** The number of a name, `undefined` while nobody has used it. */
  find(name: string): number | undefined {
    return this.#ids.get(name) ?? this.#remember(name, this.#byName.get(name));
  }

  /** The number of a name, new where there is none. Only inside a write transaction. */
  intern(name: string): number {
    const known = this.find(name);
    if (known !== undefined) return known;
    const id = Number(this.#insert.run(name).lastInsertRowid);
    this.#fresh.push(name);
    this.#remember(name, id);
    return id;
  }

  /** The name behind a stored number; another process may have given it a moment ago. */
  nameOf(id: number): string {
    const known = this.#names[id];
    if (known !== undefined) return known;
    const name = this.#byId.get(id) ?? '';
    this.#remember(name, id);
    return name;
  }

  mark(): number {
    return this.#fresh.length;
  }

  undo(mark: number): void {
    this.#forget(this.#fresh.splice(mark));
  }

  committed(): void {
    if (this.#fresh.length > 0) this.#fresh = [];
  }

  /** The numbers given in a transaction that was rolled back will be given to other names. */
  rolledBack(): void {
    this.#forget(this.#fresh);
    this.#fresh = [];
  }

  #forget(names: readonly string[]): void {
    for (const name of names) {
      const id = this.#ids.get(name);
      this.#ids.delete(name);
      if (id !== undefined) this.#names[id] = undefined;
    }
  }

  #remember(name: string, id: number | undefined): number | undefined {
    if (id === undefined) return undefined;
    this.#ids.set(name, id);
    this.#names[id] = name;
    return id;
  }
}

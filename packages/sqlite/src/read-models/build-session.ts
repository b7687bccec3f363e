/** One build inside an open transaction, as an application's code gets it. */
import type { DeadLetter, DocumentWrite, ModelSession, Position, StoredDocument, TableStatement } from '@tidemark/core';
import type { DeadLetters } from './dead-letters.ts';
import type { OpenBuild } from './open-builds.ts';
import type { OpenTransaction } from './open-transaction.ts';
import type { Savepoint } from './savepoint.ts';
import { SessionStatement } from './session-statement.ts';

/** What all sessions of a file share. */
export interface SessionParts {
  readonly deadLetters: DeadLetters;
  readonly savepoint: Savepoint;
}

const few = 8;
/** More than that, and their texts are made for each event. */
const mostStatements = 64;

export class BuildSession implements ModelSession {
  readonly #subject: string;
  /** Handlers ask for the same few at each event, with texts put together anew: to compare one costs less than to look it up. */
  readonly #few: SessionStatement[] = [];
  readonly #statements = new Map<string, SessionStatement>();

  constructor(
    private readonly build: OpenBuild,
    private readonly transaction: OpenTransaction,
    private readonly parts: SessionParts,
  ) {
    this.#subject = `the session of build ${build.id}`;
  }

  read(key: string): StoredDocument | undefined {
    return this.#act(() => this.build.documents.read(key));
  }

  write(key: string, document: StoredDocument | null): void {
    this.#act(() => this.build.documents.write(key, document));
  }

  writeAll(documents: readonly DocumentWrite[]): void {
    this.#act(() => this.build.documents.writeAll(documents));
  }

  tableName(table: string): string {
    return this.#act(() => this.build.tables.nameOf(table));
  }

  statement(sql: string): TableStatement {
    if (!this.transaction.isOver) {
      for (const each of this.#few) if (each.sql === sql) return each;
      const known = this.#statements.get(sql);
      if (known !== undefined) return known;
    }
    const checked = this.#act(() => this.build.tables.prepare(sql));
    const statement = new SessionStatement(checked, this.transaction, this.#subject);
    if (this.#few.length < few) {
      this.#few.push(statement);
      return statement;
    }
    if (this.#statements.size >= mostStatements) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  guarded<T>(act: () => T): T {
    const { savepoint } = this.parts;
    this.#act(() => savepoint.begin());
    let result: T;
    try {
      result = act();
    } catch (error) {
      if (!this.transaction.isOver) this.#act(() => savepoint.undo());
      throw error;
    }
    this.#act(() => savepoint.keep());
    return result;
  }

  park(letter: DeadLetter): void {
    this.#act(() => this.parts.deadLetters.park(this.build.id, letter));
  }

  unpark(position: Position): void {
    this.#act(() => this.parts.deadLetters.unpark(this.build.id, position));
  }

  parkedIn(streamName: string): readonly DeadLetter[] {
    return this.#act(() => this.parts.deadLetters.ofStream(this.build.id, streamName));
  }

  #act<T>(act: () => T): T {
    return this.transaction.act(this.#subject, act);
  }
}

/**
 * What a statement does, told by the bytecode that SQLite makes of it: its words may hide that in comments, common table
 * expressions, views and triggers. What is refused would end the transaction that its caller relies on, or change what
 * belongs to somebody else.
 */
import { ArgumentError } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { isOfStatement } from '../failures.ts';
import { goneWith } from './build-gone.ts';

type Instruction = [address: number, opcode: string, p1: number, p2: number, p3: number, p4: unknown, p5: number];

/** A statement that was looked at. */
export interface CheckedStatement {
  readonly sql: string;
  readonly statement: Database.Statement<unknown[], Readonly<Record<string, unknown>>>;
  /** How many values it takes. */
  readonly parameters: number;
}

const firstWord = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*([a-z]+)/i;
const reading = ['select', 'values', 'with'];
const writing = [...reading, 'insert', 'update', 'delete', 'replace'];

/** No statement that begins with the words above is made of these; should one be, it is none that may pass. */
const forbidden = new Set(
  ['AutoCommit', 'Savepoint', 'Vacuum', 'IncrVacuum', 'Checkpoint', 'JournalMode', 'MaxPgcnt', 'SetCookie'].concat(
    ['CreateBtree', 'Destroy', 'DropTable', 'DropIndex', 'DropTrigger', 'ParseSchema', 'SqlExec', 'LoadAnalysis'],
    ['VCreate', 'VDestroy', 'VBegin', 'VUpdate', 'VRename'],
  ),
);
/** In `p5`: the page is not in the instruction, but in a register. */
const pageInRegister = 0x10;

/** Prepares one statement that only reads. Throws `ArgumentError`. */
export function preparedToRead(db: Database.Database, sql: unknown): CheckedStatement {
  const wanted = 'one statement that only reads';
  const checked = prepared(db, sql, { words: reading, wanted });
  if (!checked.statement.readonly || !checked.statement.reader)
    throw new ArgumentError('sql', `a statement that writes: ${checked.sql}`, wanted);
  return checked;
}

/** Prepares one statement that reads whatever it likes, and writes to `tables` only. Throws `ArgumentError`. */
export function preparedToWrite(db: Database.Database, sql: unknown, tables: readonly string[]): CheckedStatement {
  const wanted = `one statement that reads, or writes to the build's own tables (${tables.join(', ') || 'it has none'})`;
  const checked = prepared(db, sql, { words: writing, wanted });
  const own = ownPages(db, checked.sql, tables);
  for (const instruction of checked.bytecode) {
    const opcode = instruction[1];
    if (forbidden.has(opcode)) throw new ArgumentError('sql', `the instruction ${opcode} in ${checked.sql}`, wanted);
    const page = pageWrittenBy(instruction);
    if (page === undefined || own.has(page)) continue;
    throw new ArgumentError('sql', `a statement that writes to ${nameOf(db, page)}: ${checked.sql}`, wanted);
  }
  return checked;
}

function prepared(
  db: Database.Database,
  sql: unknown,
  { words, wanted }: { readonly words: readonly string[]; readonly wanted: string },
): CheckedStatement & { readonly bytecode: readonly Instruction[] } {
  if (typeof sql !== 'string') throw new ArgumentError('sql', typeof sql, wanted);
  const word = firstWord.exec(sql)?.[1]?.toLowerCase();
  if (word === undefined || !words.includes(word)) throw new ArgumentError('sql', word ?? 'no statement', wanted);
  // SQLite brings its statistics up to date when it is read.
  if (/pragma_optimize/i.test(sql)) throw new ArgumentError('sql', 'pragma_optimize', wanted);
  try {
    const statement = db.prepare<unknown[], Readonly<Record<string, unknown>>>(sql);
    return { sql, statement, ...explained(db, sql) };
  } catch (error) {
    // SQLite's refusal, or the driver's where it is no statement or several.
    if (!(error instanceof RangeError || isOfStatement(error))) throw error;
    throw goneWith(error) ?? refusedSql(error, sql, `${wanted}${ownTableHint(error)}`);
  }
}

/** Readers find a table's rows under its plain name, which is a view; a handler writes to the table of its build. */
function ownTableHint({ message }: Error): string {
  return /^cannot modify .+ because it is a view$/.test(message)
    ? "; SQL names its own table by this.table('name')"
    : '';
}

/** In the words of SQLite, or of the driver. */
export function refusedSql(cause: Error, sql: string, wanted: string): ArgumentError {
  return Object.assign(new ArgumentError('sql', `${cause.message}: ${sql}`, wanted), { cause });
}

/** There is no other way to learn how many values a statement takes than to give it too few. */
function explained(db: Database.Database, sql: string) {
  const statement = db.prepare<null[], Instruction>(`EXPLAIN ${sql}`).raw();
  for (const values: null[] = []; ; values.push(null)) {
    try {
      return { bytecode: statement.all(...values), parameters: values.length };
    } catch (error) {
      if (error instanceof TypeError)
        throw new RangeError('a parameter with a name or a number, not ?', { cause: error });
      if (!(error instanceof RangeError)) throw error;
    }
  }
}

function ownPages(db: Database.Database, sql: string, tables: readonly string[]): ReadonlySet<number> {
  // AUTOINCREMENT writes there; a statement that means it has to name it.
  const implied = /sqlite_sequence/i.test(sql) ? [] : ['sqlite_sequence'];
  const pages = db
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE tbl_name IN (SELECT value FROM json_each(?))')
    .pluck()
    .all(JSON.stringify([...tables, ...implied]));
  return new Set(pages);
}

/** The root page that an instruction opens for writing, or empties; -1 where it cannot be known, or is in no file of ours. */
function pageWrittenBy([, opcode, p1, p2, p3, , p5]: Instruction): number | undefined {
  if (opcode === 'OpenWrite') return p3 !== 0 || (p5 & pageInRegister) !== 0 ? -1 : p2;
  if (opcode === 'Clear') return p2 !== 0 ? -1 : p1;
  return undefined;
}

function nameOf(db: Database.Database, page: number): string {
  if (page === 1) return 'the schema';
  const table = db.prepare<[number], string>('SELECT tbl_name FROM sqlite_schema WHERE rootpage = ?').pluck().get(page);
  return table === undefined ? 'something else than a table of this file' : `'${table}'`;
}

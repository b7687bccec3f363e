/**
 * The contract of a store of read models. A read model is filled from the log's beginning; each filling is a build of
 * its own, beside the one that is served, and readers only ever see a build that was complete once. What a batch of
 * events changes, the letters it parks and the checkpoint behind it are committed as one.
 */
import type { Position } from '../event/revision.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { DocumentQuery, FoundDocuments } from './document-query.ts';
import type { Fence } from './lease-store.ts';

/** A projection's name and version: old and new code keep their read models side by side. */
export interface ModelKey {
  readonly name: string;
  readonly version: number;
}

/** Where a consumer has durably finished. The log's id and the event's tell a moved or restored log. */
export interface Checkpoint {
  readonly logId: string;
  readonly position: Position;
  readonly eventId: string;
}

/** `building`: not complete yet, nobody reads it. `served`: what readers of its version see. `kept`: served once, until dropped. */
export type BuildState = 'building' | 'served' | 'kept';

/** One filling of a read model. */
export interface ModelBuild extends ModelKey {
  /** The store's own number; a later build has a higher one. */
  readonly id: number;
  readonly state: BuildState;
  readonly checkpoint: Checkpoint | undefined;
}

/** What a build is made of. Names and SQL were checked before. */
export interface ModelShape {
  /** Fields of documents that queries may name. */
  readonly indexes: readonly string[];
  readonly tables: readonly TableShape[];
  /** The types of events that it takes in, as they are stored; `undefined` where that is not known. */
  readonly types?: readonly string[] | undefined;
}

/** A table of a projection: readers find it under its plain name, whichever build is served. */
export interface TableShape {
  readonly name: string;
  /** What stands between the parentheses of CREATE TABLE. */
  readonly columns: string;
  /** Each is what stands between the parentheses of CREATE INDEX. */
  readonly indexes: readonly string[];
}

/** A document's value as the codec wrote it; `types` is JSON text of its side note. */
export interface StoredDocument {
  readonly json: string;
  readonly types: string | null;
}

export interface KeyedDocument extends StoredDocument {
  readonly key: string;
}

/** `null` removes. */
export interface DocumentWrite {
  readonly key: string;
  readonly document: StoredDocument | null;
}

/** A prepared statement on the tables of one build. Values are what SQLite takes; a boolean is not among them. */
export interface TableStatement {
  /** The number of changed rows. */
  run(...values: readonly unknown[]): number;
  get(...values: readonly unknown[]): Readonly<Record<string, unknown>> | undefined;
  all(...values: readonly unknown[]): readonly Readonly<Record<string, unknown>>[];
}

/** One build inside an open transaction; everything is synchronous, and sees what was done before. */
export interface ModelSession {
  read(key: string): StoredDocument | undefined;
  /** `null` removes. */
  write(key: string, document: StoredDocument | null): void;
  /** The same for many, in this order, at less cost. */
  writeAll(documents: readonly DocumentWrite[]): void;
  /** The name to use in SQL for a table of this build. Throws `ArgumentError`, or `UnsupportedError` without tables. */
  tableName(table: string): string;
  /**
   * Prepares a statement that reads, or writes to this build's own tables. Throws `ArgumentError` for all else:
   * transaction control, changes of the schema, writing elsewhere.
   */
  statement(sql: string): TableStatement;
  /** Runs `act`; when it throws, what it did to tables is undone, and the transaction goes on. */
  guarded<T>(act: () => T): T;
  /** Parks an event, or one that waits behind a parked one. */
  park(letter: DeadLetter): void;
  unpark(position: Position): void;
  /** The parked events of a stream, in order of position. */
  parkedIn(streamName: string): readonly DeadLetter[];
}

export interface ModelTransaction {
  /** Where the build's checkpoint has to stand, as proof that nobody else moved it: `undefined` for none yet. */
  readonly expected: Position | undefined | 'any';
  /** The lease that has to be held still. */
  readonly fence?: Fence | undefined;
  /** Does the work, and returns the checkpoint behind it, if it moves. What it throws rolls everything back and is thrown. */
  run(session: ModelSession): Checkpoint | undefined;
}

/** A change of a build's state; `from` is proof that it is what it was taken for. */
export interface BuildStateChange {
  readonly id: number;
  readonly from: BuildState;
  readonly to: BuildState;
}

export interface ReadModelStore {
  readonly capabilities: ReadModelCapabilities;

  /** Every build there is, of any name and version, oldest first. */
  builds(): readonly ModelBuild[];

  /** The served build of this name with the highest version that is not above this one. Readers ask at each read. */
  served(model: ModelKey): number | undefined;

  /** The build of this model that is `building`, or a new one. */
  begin(model: ModelKey, shape: ModelShape): Promise<ModelBuild>;

  /** What a build was begun for. Throws `BuildGoneError`. */
  shapeOf(id: number): ModelShape;

  /** From now on the build takes in these types. Throws `BuildGoneError`, `LeaseLostError`. */
  changeTypes(id: number, types: readonly string[], fence?: Fence): Promise<void>;

  /**
   * All or nothing; names for SQL readers follow in the same step. Throws `BuildGoneError` where a build is not in
   * state `from`, `LeaseLostError`.
   */
  changeStates(changes: readonly BuildStateChange[], fence?: Fence): Promise<void>;

  /** Forgets a build with all it holds; does nothing where there is none. */
  drop(id: number): Promise<void>;

  /**
   * All or nothing. Throws `CheckpointFencedError` where the checkpoint is not at `expected`, `LeaseLostError` where the
   * fence does not hold, `BuildGoneError` where the build was dropped.
   */
  transact(id: number, transaction: ModelTransaction): Promise<void>;

  /** Synchronous, as projection handlers are. */
  read(id: number, key: string): StoredDocument | undefined;

  /** Documents in the order of their keys (UTF-8 bytes), after `after`, at most `limit`. */
  scan(id: number, options: { after?: string | undefined; limit: number }): readonly KeyedDocument[];

  /** How many documents there are, or match. */
  count(id: number, where?: DocumentQuery['where']): number;

  find(id: number, query: DocumentQuery): FoundDocuments;

  /** The parked events of a build, in order of position. */
  parked(id: number): readonly DeadLetter[];

  /** How many those are: asked after each commit, so it must not load them. */
  countParked(id: number): number;

  /** Rows of a statement that only reads; `tableName` as in a session. Throws `UnsupportedError` without tables. */
  select(sql: string, values: readonly unknown[]): readonly Readonly<Record<string, unknown>>[];
  tableName(id: number, table: string): string;

  /** Grows whenever anything above may have changed, here or in another process; take it before looking. */
  seen(): number;
  /** Resolves when that was after `seen`, or when `signal` fires. */
  wait(seen: number, signal: AbortSignal): Promise<void>;
}

export interface ReadModelCapabilities {
  /** Projections onto SQL tables. */
  readonly tables: boolean;
}

/** One opened file: its connection, its writer and its readers, put together; and its end. */
import { ClosedError, type InlineProjections, type Revision } from '@tidemark/core';
import { ReadAhead } from './ahead/read-ahead.ts';
import { Appender } from './append.ts';
import { SqliteCommandLog } from './command-log.ts';
import type { Connection } from './connection.ts';
import { InlineRunner } from './inline.ts';
import { Leases } from './leases.ts';
import { Names } from './names.ts';
import type { Settings } from './options.ts';
import { PageReader } from './pages.ts';
import { patiently, patientlyNow } from './patience.ts';
import { BuildChanges } from './read-models/build-changes.ts';
import { Builds } from './read-models/builds.ts';
import { DeadLetters } from './read-models/dead-letters.ts';
import { DroppedTables } from './read-models/dropped-tables.ts';
import { OpenBuilds } from './read-models/open-builds.ts';
import { Savepoint } from './read-models/savepoint.ts';
import { Reader } from './reader.ts';
import { StreamCache } from './stream-cache.ts';
import { StreamChanger } from './stream-changes.ts';
import { StreamNames } from './stream-names.ts';
import { Subscriptions } from './subscriptions.ts';
import { WakeUp } from './wake-up.ts';
import { Writer } from './writer.ts';

export class OpenedFile {
  readonly logId: string;
  readonly streams: StreamCache;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly appender: Appender;
  readonly inline: InlineRunner;
  readonly changer: StreamChanger;
  readonly pages: PageReader;
  readonly subscriptions: Subscriptions;
  readonly commands: SqliteCommandLog;
  readonly builds: Builds;
  readonly leases: Leases;
  readonly deadLetters: DeadLetters;
  readonly openBuilds: OpenBuilds;
  readonly droppedTables: DroppedTables;
  readonly buildChanges: BuildChanges;
  readonly readAhead: ReadAhead;
  readonly #wakeUp: WakeUp;
  #closing: Promise<void> | undefined;

  constructor(
    readonly connection: Connection,
    private readonly settings: Settings,
  ) {
    const { db } = connection;
    const { clock } = settings;
    this.logId = db.prepare<[], string>('SELECT log_id FROM log').pluck().get() ?? '';
    const types = new Names(db, 'types');
    const categories = new Names(db, 'categories');
    const streamNames = new StreamNames(db);
    this.streams = new StreamCache(connection, categories, streamNames);
    this.reader = new Reader(db, this.streams, types, categories, streamNames);
    this.builds = new Builds(connection);
    this.openBuilds = new OpenBuilds(db, this.builds);
    this.droppedTables = new DroppedTables(db);
    this.leases = new Leases(db);
    this.deadLetters = new DeadLetters(db);
    const { logId, reader, builds, openBuilds, droppedTables, leases, deadLetters } = this;
    const undoing = [types, categories, this.streams];
    const parts = {
      connection,
      logId,
      reader,
      builds,
      openBuilds,
      droppedTables,
      leases,
      deadLetters,
      savepoint: new Savepoint(db),
      undoing,
    };
    this.buildChanges = new BuildChanges(parts);
    this.inline = new InlineRunner(parts);
    this.commands = new SqliteCommandLog(db);
    this.appender = new Appender({
      db,
      types,
      clock,
      streams: this.streams,
      commands: this.commands,
      inline: this.inline,
    });
    this.changer = new StreamChanger(db, this.streams);
    this.writer = new Writer(connection, settings, [...undoing, builds, this.inline], this.inline);
    this.readAhead = new ReadAhead(settings, this.logId);
    this.pages = new PageReader(this, this.reader, this.streams, this.readAhead);
    this.subscriptions = new Subscriptions(this, this.reader, this.streams, this.readAhead);
    this.#wakeUp = new WakeUp(connection);
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  assertOpen(): void {
    if (this.isClosed) throw new ClosedError(this.settings.path);
  }

  /** Runs `look`, again while the file is locked, with caches that are right for it. Throws translated errors. */
  read<T>(look: () => T): Promise<T> {
    const { path, writeTimeout } = this.settings;
    return patiently(() => this.#look(look), path, writeTimeout);
  }

  /** For what is not cached, and where the answer cannot be waited for. */
  readNow<T>(look: () => T): T {
    this.assertOpen();
    return patientlyNow(look, this.settings.path);
  }

  /** The same for what is cached. */
  lookNow<T>(look: () => T): T {
    return this.readNow(() => {
      this.connection.refresh();
      return look();
    });
  }

  isUnchanged(streamName: string, revision: Revision): boolean {
    if (this.isClosed) return false;
    return this.lookNow(() => {
      const state = this.streams.peek(streamName);
      if (state === undefined || state.head !== revision || state.deleted || state.tombstone) return false;
      const { truncateBefore = 0, revivedAt = 0, maxCount, maxAge } = state;
      return truncateBefore <= revivedAt && maxCount === undefined && maxAge === undefined;
    });
  }

  useInline(projections: InlineProjections): void {
    this.assertOpen();
    this.inline.use(projections);
  }

  now(): number {
    return this.settings.clock.now().getTime();
  }

  seen(): number {
    return this.connection.changed.count;
  }

  wait(seen: number, signal: AbortSignal): Promise<void> {
    return this.#wakeUp.wait(this.connection.changed, seen, signal);
  }

  waitForModels(seen: number, signal: AbortSignal): Promise<void> {
    return this.#wakeUp.wait(this.connection.modelsChanged, seen, signal);
  }

  /** Writes what was accepted, ends subscriptions, and frees the file. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #look<T>(look: () => T): T {
    this.assertOpen();
    this.connection.refresh();
    return look();
  }

  async #close(): Promise<void> {
    await this.writer.close();
    this.#wakeUp.close();
    this.connection.changed.notify();
    this.connection.modelsChanged.notify();
    // The last one to close the file puts it in order.
    await this.readAhead.close();
    this.connection.db.close();
  }
}

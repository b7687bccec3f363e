/** An opened file with its parts within reach. */
import type { Stores } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { type Connection, openConnection } from '../src/connection.ts';
import { SqliteEventStore } from '../src/event-store.ts';
import type { SqliteOptions } from '../src/index.ts';
import { SqliteLeaseStore } from '../src/lease-store.ts';
import { OpenedFile } from '../src/opened-file.ts';
import { settingsOf } from '../src/options.ts';
import { SqliteReadModelStore } from '../src/read-models/read-model-store.ts';
import { SqliteSnapshotStore } from '../src/snapshots.ts';

export interface Opened extends Stores {
  readonly connection: Connection;
  readonly db: Database.Database;
  readonly file: OpenedFile;
  readonly events: SqliteEventStore;
}

export async function opened(path: string, options: SqliteOptions = {}): Promise<Opened> {
  const settings = settingsOf(path, options);
  const connection = await openConnection(settings);
  const file = new OpenedFile(connection, settings);
  return {
    connection,
    db: connection.db,
    file,
    events: new SqliteEventStore(file),
    readModels: new SqliteReadModelStore(file),
    snapshots: new SqliteSnapshotStore(file),
    leases: new SqliteLeaseStore(file),
    commandLog: { find: async (commandId) => file.commands.get(commandId) },
    useInline: (projections) => file.useInline(projections),
    close: () => file.close(),
  };
}

/** The provider: what an application is given as its store. */
import type { StoreProvider, Stores } from '@tidemark/core';
import { openConnection } from './connection.ts';
import { SqliteEventStore } from './event-store.ts';
import { translated } from './failures.ts';
import { SqliteLeaseStore } from './lease-store.ts';
import { OpenedFile } from './opened-file.ts';
import { type SqliteOptions, settingsOf } from './options.ts';
import { SqliteReadModelStore } from './read-models/read-model-store.ts';
import { SqliteSnapshotStore } from './snapshots.ts';

/**
 * All that an application keeps in one SQLite file, made when it is first opened. Several processes may open one file
 * at the same time, to write and to read. `':memory:'` is a database of its own for each `open`, and ends with it.
 *
 * Throws `ArgumentError`; `open` throws `StoreFailedError` with its `reason`.
 *
 * @example
 * const stores = await sqlite('bank.db').open();
 * await stores.events.append('account-42', [eventData('Opened', { owner: 'Ada' })], { expectedRevision: 'no_stream' });
 */
export function sqlite(path: string, options?: SqliteOptions): StoreProvider {
  const settings = settingsOf(path, options);
  return {
    description: `sqlite ${path}`,
    async open(): Promise<Stores> {
      const connection = await openConnection(settings);
      try {
        return storesOn(new OpenedFile(connection, settings));
      } catch (error) {
        // The tables are not what the schema's version says: somebody has changed them.
        connection.db.close();
        throw translated(error, path);
      }
    },
  };
}

function storesOn(file: OpenedFile): Stores {
  return {
    events: new SqliteEventStore(file),
    readModels: new SqliteReadModelStore(file),
    snapshots: new SqliteSnapshotStore(file),
    leases: new SqliteLeaseStore(file),
    commandLog: { find: (commandId) => file.read(() => file.commands.get(commandId)) },
    useInline: (projections) => file.useInline(projections),
    close: () => file.close(),
  };
}

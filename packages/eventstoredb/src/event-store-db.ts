/** The provider: what an application is given as its store. */
import { type CommandLog, memory, type StoreProvider, type Stores } from '@tidemark/core';
import { EventStoreDBEventStore } from './event-store.ts';
import { type ClientFactory, type EventStoreDBOptions, settingsOf } from './options.ts';
import { Server } from './server.ts';
import { EventStoreDBSnapshots } from './snapshots.ts';
import { StreamMarks } from './stream-marks.ts';

/**
 * The log and the snapshots on a server or a cluster; `@eventstore/db-client` is loaded when it is first used. Read models
 * are kept in the memory of the process, and made anew at each start, unless `createApplication` is given `readModels`.
 *
 * `address` is a connection string, `esdb://…` or `esdb+discover://…`, or a factory of clients.
 * Throws `ArgumentError`, whose message shows no password.
 *
 * @example
 * const stores = await eventStoreDB('esdb://localhost:2113?tls=false').open();
 * await stores.events.append('account-42', [eventData('Opened', { owner: 'Ada' })], { expectedRevision: 'no_stream' });
 */
export function eventStoreDB(address: string | ClientFactory, options?: EventStoreDBOptions): StoreProvider {
  const settings = settingsOf(address, options);
  const models = memory({ clock: settings.clock });
  return {
    description: settings.description,
    async open(): Promise<Stores> {
      const server = new Server(settings);
      const events = new EventStoreDBEventStore(server);
      const [{ readModels, leases, close }] = await Promise.all([models.open(), events.ask()]);
      // What a command recorded is found by its events’ ids; one that recorded nothing leaves nothing to be found.
      const commandLog: CommandLog = {
        async find() {
          server.assertOpen();
          return undefined;
        },
      };
      return {
        events,
        readModels,
        leases,
        snapshots: new EventStoreDBSnapshots(server, new StreamMarks(server)),
        commandLog,
        readModelsWarning:
          `read models of ${settings.description} are kept in the memory of this process and are made anew at each start; ` +
          "to keep them, give createApplication({ readModels: sqlite('read.db') })",
        async close() {
          await Promise.all([events.close(), close()]);
        },
      };
    },
  };
}

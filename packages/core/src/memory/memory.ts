/** Everything an application keeps, in the memory of the process. */
import { assertClock, assertObject } from '../event/argument-kinds.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { assertCommandId, type CommandLog } from '../store/command-log.ts';
import type { Snapshot } from '../store/snapshot-store.ts';
import type { StoreProvider, Stores } from '../store/stores.ts';
import { MemoryAppender } from './memory-appender.ts';
import { MemoryBuilds } from './memory-builds.ts';
import { MemoryEventStore } from './memory-event-store.ts';
import { type MemoryLease, MemoryLeaseStore } from './memory-leases.ts';
import { MemoryLog } from './memory-log.ts';
import { MemoryReadModelStore } from './memory-read-models.ts';
import { MemorySnapshotStore } from './memory-snapshots.ts';
import { MemoryTransactions } from './memory-transactions.ts';

/** A store for tests and first steps. What was written stays with the provider: opened again, it is all there. Throws `ArgumentError`. */
export function memory(options: { clock?: Clock } = {}): StoreProvider {
  assertObject('memory options', options);
  const { clock = systemClock } = options;
  assertClock(clock);
  const log = new MemoryLog();
  const models = new MemoryBuilds();
  const held = new Map<string, MemoryLease>();
  const saved = new Map<string, Snapshot>();
  const transactions = new MemoryTransactions();
  return {
    description: 'memory',
    async open(): Promise<Stores> {
      const appender = new MemoryAppender(log, models, transactions, clock);
      const events = new MemoryEventStore(log, appender, transactions, clock);
      const assertOpen = () => events.assertOpen();
      const leases = new MemoryLeaseStore(held, clock, assertOpen);
      const readModels = new MemoryReadModelStore({ models, transactions, leases, assertOpen });
      const snapshots = new MemorySnapshotStore(saved, assertOpen);
      const commandLog: CommandLog = {
        async find(commandId) {
          assertOpen();
          assertCommandId(commandId);
          return log.commands.get(commandId);
        },
      };
      return {
        events,
        readModels,
        snapshots,
        commandLog,
        leases,
        useInline(projections) {
          assertOpen();
          appender.inline = projections;
        },
        async close() {
          await events.close();
          models.changed.notify();
        },
      };
    },
  };
}

/** Everything an application keeps, in the memory of the process. */
import type { Clock } from '../shared/clock.ts';
import { systemClock } from '../shared/clock.ts';
import type { CommandLog } from '../store/command-log.ts';
import type { Snapshot } from '../store/snapshot-store.ts';
import type { StoreProvider, Stores } from '../store/stores.ts';
import { MemoryEventStore } from './memory-event-store.ts';
import { MemoryLog } from './memory-log.ts';
import { type MemoryModel, MemoryReadModelStore } from './memory-read-models.ts';
import { MemorySnapshotStore } from './memory-snapshots.ts';

/** A store for tests and first steps. What was written stays with the provider: opened again, it is all there. */
export function memory({ clock = systemClock }: { clock?: Clock } = {}): StoreProvider {
  const log = new MemoryLog();
  const models = new Map<string, MemoryModel>();
  const saved = new Map<string, Snapshot>();
  return {
    description: 'memory',
    async open(): Promise<Stores> {
      const events = new MemoryEventStore(log, clock);
      const assertOpen = () => events.assertOpen();
      const readModels = new MemoryReadModelStore(models, assertOpen);
      const snapshots = new MemorySnapshotStore(saved, assertOpen);
      const commandLog: CommandLog = {
        async find(commandId) {
          assertOpen();
          return log.commands.get(commandId);
        },
      };
      return { events, readModels, snapshots, commandLog, close: () => events.close() };
    },
  };
}

/** Everything an application keeps, in the memory of the process. */
import type { Clock } from '../shared/clock.ts';
import { systemClock } from '../shared/clock.ts';
import type { CommandLog } from '../store/command-log.ts';
import type { StoreProvider, Stores } from '../store/stores.ts';
import { MemoryEventStore } from './memory-event-store.ts';
import { MemoryLog } from './memory-log.ts';
import { MemoryReadModelStore } from './memory-read-models.ts';
import { MemorySnapshotStore } from './memory-snapshots.ts';

/** A store for tests and first steps. What was written stays with the provider: opened again, it is all there. */
export function memory({ clock = systemClock }: { clock?: Clock } = {}): StoreProvider {
  const log = new MemoryLog();
  const readModels = new MemoryReadModelStore();
  const snapshots = new MemorySnapshotStore();
  const commandLog: CommandLog = { find: async (commandId) => log.commands.get(commandId) };
  return {
    description: 'memory',
    async open(): Promise<Stores> {
      const events = new MemoryEventStore(log, clock);
      return { events, readModels, snapshots, commandLog, close: () => events.close() };
    },
  };
}

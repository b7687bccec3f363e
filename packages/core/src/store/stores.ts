import type { CommandLog } from './command-log.ts';
import type { EventStore } from './event-store.ts';
import type { InlineProjections } from './inline-projections.ts';
import type { LeaseStore } from './lease-store.ts';
import type { ReadModelStore } from './read-model-store.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/** All that an application keeps, opened. */
export interface Stores {
  readonly events: EventStore;
  readonly readModels: ReadModelStore;
  readonly snapshots: SnapshotStore;
  readonly commandLog: CommandLog;
  /** Of the same store as `readModels`, which looks at them in its own transactions. */
  readonly leases: LeaseStore;
  /** Has these run in the transactions of appends from now on. Absent where `capabilities.inlineProjections` is false. */
  useInline?(projections: InlineProjections): void;
  /** What an application with projections is told as a warning of the process when it starts, where its read models do not last. */
  readonly readModelsWarning?: string | undefined;
  /** Closes all of them; idempotent. */
  close(): Promise<void>;
}

/** What `createApplication({ store })` takes: `memory()`, `sqlite(file)`. Nothing is touched before `open`. */
export interface StoreProvider {
  /** What it is, for messages and `health()`: without secrets. */
  readonly description: string;
  open(): Promise<Stores>;
}

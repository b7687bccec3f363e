import type { EventRegistry } from '../event/event-registry.ts';
import type { Position } from '../event/revision.ts';
import type { Clock } from '../shared/clock.ts';
import type { EventStore } from '../store/event-store.ts';
import type { ReadModelStore } from '../store/read-model-store.ts';
import type { Leadership } from './leadership.ts';
import type { LogPasses } from './log-passes.ts';

/** What the projections of an application share. */
export interface ProjectorParts {
  readonly events: EventStore;
  readonly readModels: ReadModelStore;
  readonly registry: EventRegistry;
  readonly clock: Clock;
  readonly leadership: Leadership;
  readonly passes: LogPasses;
  readonly onError: (error: unknown) => void;
  readonly logId: string;
  /** The log's last position when the application started. */
  readonly head: Position;
}

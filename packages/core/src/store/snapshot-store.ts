import type { Position, Revision } from '../event/revision.ts';

/** An aggregate's state after the event at `revision`: never the truth, always discardable. */
export interface Snapshot {
  readonly streamName: string;
  /** Which aggregate in which declared version took it: states of old and new code stand side by side. */
  readonly kind: string;
  /** Whatever the state's shape depends on; a snapshot of another fingerprint is stale. */
  readonly fingerprint: string;
  readonly revision: Revision;
  readonly position: Position;
  /** The id of the event at `revision`: the snapshot holds only while that event does. */
  readonly eventId: string;
  /** JSON text of the codec's `{ json, types }`. */
  readonly state: string;
}

/** Keeps one snapshot for each stream and kind. Losing them loses nothing but time. */
export interface SnapshotStore {
  load(streamName: string, kind: string): Promise<Snapshot | undefined>;
  /** Replaces an older one, or one of another fingerprint; a newer one stays. */
  save(snapshot: Snapshot): Promise<void>;
  remove(streamName: string, kind: string): Promise<void>;
}

import type { Snapshot, SnapshotStore } from '../store/snapshot-store.ts';

/** The reference snapshot store. */
export class MemorySnapshotStore implements SnapshotStore {
  constructor(
    private readonly snapshots: Map<string, Snapshot>,
    private readonly assertOpen: () => void,
  ) {}

  async load(streamName: string, kind: string): Promise<Snapshot | undefined> {
    this.assertOpen();
    return this.snapshots.get(keyOf(streamName, kind));
  }

  async save(snapshot: Snapshot): Promise<void> {
    this.assertOpen();
    const key = keyOf(snapshot.streamName, snapshot.kind);
    const stored = this.snapshots.get(key);
    if (stored?.fingerprint === snapshot.fingerprint && stored.revision > snapshot.revision) return;
    this.snapshots.set(key, { ...snapshot });
  }

  async remove(streamName: string, kind: string): Promise<void> {
    this.assertOpen();
    this.snapshots.delete(keyOf(streamName, kind));
  }
}

// No stream name holds a control character.
const keyOf = (streamName: string, kind: string): string => `${streamName}\n${kind}`;

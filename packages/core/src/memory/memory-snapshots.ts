import type { Snapshot, SnapshotStore } from '../store/snapshot-store.ts';

/** The reference snapshot store. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #snapshots = new Map<string, Snapshot>();

  async load(streamName: string, kind: string): Promise<Snapshot | undefined> {
    return this.#snapshots.get(keyOf(streamName, kind));
  }

  async save(snapshot: Snapshot): Promise<void> {
    const key = keyOf(snapshot.streamName, snapshot.kind);
    const stored = this.#snapshots.get(key);
    if (stored?.fingerprint === snapshot.fingerprint && stored.revision > snapshot.revision) return;
    this.#snapshots.set(key, { ...snapshot });
  }

  async remove(streamName: string, kind: string): Promise<void> {
    this.#snapshots.delete(keyOf(streamName, kind));
  }
}

// No stream name holds a control character.
const keyOf = (streamName: string, kind: string): string => `${streamName}\n${kind}`;

import type { Revision } from '../event/revision.ts';
import type { SnapshotStore } from '../store/snapshot-store.ts';
import type { LoadedState } from './aggregate-cache.ts';
import type { AggregateType } from './aggregate-type.ts';
import type { AggregateLoader } from './load.ts';

/** Takes snapshots after appends, without delaying them: the text is made at once, the writing is nobody's wait. */
export class SnapshotTaker {
  readonly #writing = new Set<Promise<void>>();

  constructor(
    private readonly loader: AggregateLoader,
    private readonly store: SnapshotStore,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Takes one when a multiple of `snapshotEvery` events was passed since `before`. */
  consider<S>(type: AggregateType<S>, streamName: string, before: Revision | undefined, after: LoadedState<S>): void {
    const every = type.snapshotEvery;
    if (every === undefined || after.revision === undefined) return;
    const had = (before ?? -1) + 1;
    const has = after.revision + 1;
    if (Math.floor(had / every) === Math.floor(has / every)) return;
    try {
      const snapshot = this.loader.snapshot(type, streamName, after);
      if (snapshot === undefined) return;
      const writing = this.store.save(snapshot).catch(this.onError);
      this.#writing.add(writing);
      void writing.finally(() => this.#writing.delete(writing));
    } catch (error) {
      // A state that cannot be written must not make a stored command fail.
      this.onError(error);
    }
  }

  /** Resolves when what was taken is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }
}

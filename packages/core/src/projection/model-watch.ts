/** Has an application's projections notice what other processes, and other parts of this one, did to their read models. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError } from '../errors.ts';
import type { ModelBuild, ReadModelStore } from '../store/read-model-store.ts';

export interface ModelObserver {
  observe(builds: readonly ModelBuild[]): void;
}

export class ModelWatch {
  constructor(
    private readonly readModels: ReadModelStore,
    private readonly observers: () => readonly ModelObserver[],
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Goes on until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const seen = this.readModels.seen();
        const builds = this.readModels.builds();
        for (const observer of this.observers()) observer.observe(builds);
        await this.readModels.wait(seen, signal);
        // However fast others write, a look a millisecond is enough.
        await sleep(1, undefined, { ref: false });
      } catch (error) {
        // Each projection finds a closed store itself, and says so.
        if (signal.aborted || error instanceof ClosedError) return;
        this.onError(error);
        await sleep(100, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }
}

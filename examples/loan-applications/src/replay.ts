/** Replays the whole log into fresh read models, beside the ones in use, and compares the two. */
import type { StoreProvider } from '@tidemark/core';
import { checksums } from './figures/checksum.ts';
import { openLoanDesk, readModelsCaughtUp, withFreshReadModels } from './loan-desk.ts';

export interface Replay {
  /** By the name of the read model. */
  readonly checksums: ReadonlyMap<string, string>;
  readonly milliseconds: number;
}

export async function replay(store: StoreProvider, position: number, timeout: number): Promise<Replay> {
  const startedAt = performance.now();
  const app = await openLoanDesk(withFreshReadModels(store));
  try {
    await readModelsCaughtUp(app, position, { timeout });
    const milliseconds = performance.now() - startedAt;
    return { checksums: await checksums(app), milliseconds };
  } finally {
    await app.stop();
  }
}

import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertDone } from '../assert.ts';
import { collectGarbage } from '../compare.ts';

/**
 * Resolves when a file that was closed is closed: the last connection takes the WAL away, and until then the file alone is not
 * the log. Emmett's driver closes behind its caller's back, and libsql's connections end when their memory is collected.
 */
export async function closed(file: string): Promise<void> {
  const isClosed = () => !fs.existsSync(`${file}-wal`);
  for (const end = performance.now() + 10_000; !isClosed() && performance.now() < end; ) {
    collectGarbage();
    await sleep(5);
  }
  assertDone(`${file} is closed`, isClosed(), true);
}

/** Folders of their own for files of tests; all are removed when the process ends. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const made: string[] = [];
process.once('exit', () => {
  for (const folder of made) fs.rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-sqlite-'));
  made.push(folder);
  return folder;
}

/** A path where nothing is yet. */
export function temporaryFile(): string {
  return path.join(temporaryFolder(), 'log.db');
}

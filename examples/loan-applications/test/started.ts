/** The example as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSample } from '../src/sample/generate.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A log that is short enough to run the tour on it again and again. */
export const small = [...generateSample({ applications: 30 })].join('');

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/**
 * Runs the example in `folder`, which is its folder for temporary files too. `watch` is called with all that it has
 * written, whenever there is more of it.
 */
export async function start(
  folder: string,
  args: readonly string[],
  watch?: (running: ChildProcess, out: string) => void,
): Promise<Outcome> {
  await shareCompiled(folder);
  const running = spawn(process.execPath, [...process.execArgv, main, ...args], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { ...process.env, INIT_CWD: folder, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, error] = ['', ''];
  running.stdout.on('data', (data) => {
    out += data;
    watch?.(running, out);
  });
  running.stderr.on('data', (data) => {
    error += data;
  });
  const code = await new Promise<number | null>((resolve) => running.on('close', resolve));
  return { code, out, error };
}

/** tsx keeps what it compiled among the temporary files, and would compile everything anew for each folder. */
async function shareCompiled(folder: string): Promise<void> {
  const name = `tsx-${process.getuid?.()}`;
  const [shared, own] = [join(tmpdir(), name), join(folder, name)];
  if (existsSync(shared) && !existsSync(own)) await symlink(shared, own);
}

/** The example's own temporary folders. */
export async function leftBehind(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('loan-applications-'));
}

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = path.resolve(fileURLToPath(import.meta.url), '../../..');

/** Runs a command to its end; what it wrote to either stream is its output. */
export function runToEnd(args: string[], options: { cwd: string; env?: NodeJS.ProcessEnv; timeoutMs?: number }) {
  return new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    const { cwd, env = process.env, timeoutMs = 60_000 } = options;
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (status, signal) =>
      resolve({ status, output: signal ? `${output}\nended by ${signal}` : output }),
    );
  });
}

/** Runs a TypeScript program from the sources, as a reader would, in an empty folder of its own: what it writes is gone afterwards. */
export async function runProgram(file: string, tsconfig = path.join(root, 'tsconfig.json')) {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-program-'));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  try {
    const args = ['--conditions=@tidemark/source', '--enable-source-maps', '--import', tsx, file];
    return await runToEnd(args, { cwd, env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig } });
  } finally {
    fs.rmSync(cwd, { recursive: true });
  }
}

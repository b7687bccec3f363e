/**
 * A child process's program as one file of JavaScript: started straight from the sources, each life would spend most of itself on
 * compiling, and a minute has many lives. The bundler is the one inside tsx; where it cannot be reached, tsx itself has
 * to do.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Program {
  readonly file: string;
  readonly execArgv: readonly string[];
}

interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export async function bundledChild(url = new URL('child.ts', import.meta.url)): Promise<Program> {
  const source = fileURLToPath(url);
  // Inside node_modules: out of the way, and better-sqlite3 is found from there. Tests in other processes have their own.
  const folder = fileURLToPath(new URL(`../../node_modules/.crash/${process.pid}/`, import.meta.url));
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, `${path.basename(source, '.ts')}.mjs`);
  try {
    const bundler = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild') as Bundler;
    await bundler.build({
      entryPoints: [source],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      conditions: ['@tidemark/source'],
      external: ['better-sqlite3'],
      // Some dependencies are CommonJS, and ask for Node's own modules in their way.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
    return { file, execArgv: [] };
  } catch {
    return { file: source, execArgv: process.execArgv };
  }
}

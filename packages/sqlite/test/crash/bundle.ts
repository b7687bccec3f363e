/**
 * The child as one file of JavaScript: started straight from the sources, each life would spend most of itself on
 * compiling, and a minute has many lives. The bundler is the one inside tsx; where it cannot be reached, tsx itself has
 * to do.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface Program {
  readonly file: string;
  readonly execArgv: readonly string[];
}

interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export async function bundledChild(): Promise<Program> {
  const source = fileURLToPath(new URL('child.ts', import.meta.url));
  // Inside node_modules: out of the way, and better-sqlite3 is found from there.
  const file = fileURLToPath(new URL('../../node_modules/.crash/child.mjs', import.meta.url));
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
      logLevel: 'error',
    });
    return { file, execArgv: [] };
  } catch {
    return { file: source, execArgv: process.execArgv };
  }
}

// Loads every source file of the packages. Coverage begins with this: a file that no test loads then counts with what it
// does not run, and one of types only, which nothing can load, does not count as a file that never ran. Programs are
// left out: loading one would run it, and a server would never end.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { globSync } from './glob.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../..');
for (const file of globSync(root, ['packages'], /^packages\/[^/]+\/src\/.*\.ts$/))
  if (!fs.readFileSync(file, 'utf8').startsWith('#!')) await import(pathToFileURL(file).href);

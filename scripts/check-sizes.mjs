// A file of code past 300 lines has a second idea in it, a test as well as a source: fails and names each one. Part of `npm run lint`.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from './glob.mjs';

const limit = 300;
const root = path.resolve(process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));
const files = globSync(root, ['packages', 'examples', 'benchmarks', 'docs', 'scripts'], /\.(tsx?|mjs)$/);

let tooLong = 0;
for (const file of files) {
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n').length;
  if (lines <= limit) continue;
  tooLong += 1;
  console.log(
    `${path.relative(root, file)} has ${lines} lines, at most ${limit} are wanted: look for the second idea in it`,
  );
}
console.log(`${files.length} files, ${tooLong} of them over ${limit} lines`);
process.exitCode = tooLong > 0 ? 1 : 0;

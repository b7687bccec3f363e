// A source file past 300 lines has a second idea in it: fails and names each one. Part of `npm run lint`.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from './glob.mjs';

const limit = 300;
const root = path.resolve(process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));
const sources = globSync(root, ['packages', 'examples'], /^(packages|examples)\/[^/]+\/src\/.*\.tsx?$/);

let tooLong = 0;
for (const file of sources) {
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n').length;
  if (lines <= limit) continue;
  tooLong += 1;
  console.log(
    `${path.relative(root, file)} has ${lines} lines, at most ${limit} are wanted: look for the second idea in it`,
  );
}
console.log(`${sources.length} source files, ${tooLong} of them over ${limit} lines`);
process.exitCode = tooLong > 0 ? 1 : 0;

// Says how many lines of each package ran, by `coverage/coverage-summary.json`, and fails where fewer than 95 % of core or of
// sqlite did, or of all packages together. Part of `npm run coverage`; with parts of paths, as the tests are chosen by, only
// the packages that one of them names are held to it.
//
//   node scripts/check-coverage.mjs summary.json [part of a path …]
import fs from 'node:fs';

const limit = 95;
const all = 'packages';
const held = ['packages/core', 'packages/sqlite', all];

const [summary, ...filters] = process.argv.slice(2);
const counts = new Map();
for (const [file, { lines }] of Object.entries(JSON.parse(fs.readFileSync(summary, 'utf8')))) {
  const [place] = /packages\/[^/]+(?=\/src\/)/.exec(file.replaceAll('\\', '/')) ?? [];
  for (const owner of place === undefined ? [] : [place, all]) {
    const { total, covered } = counts.get(owner) ?? { total: 0, covered: 0 };
    counts.set(owner, { total: total + lines.total, covered: covered + lines.covered });
  }
}

const isAsked = (owner) => filters.length === 0 || filters.some((part) => part.startsWith(owner) && owner !== all);
let failed = 0;
for (const owner of new Set([...held, ...counts.keys()])) {
  const { total, covered } = counts.get(owner) ?? { total: 0, covered: 0 };
  const share = total === 0 ? 0 : (100 * covered) / total;
  const isShort = held.includes(owner) && isAsked(owner) && share < limit;
  if (isShort) failed += 1;
  // Rounded down: what is short must not look as if it were enough.
  const figure = `${(Math.floor(share * 100) / 100).toFixed(2)} % of ${total} lines`;
  console.log(`${owner}: ${figure}${isShort ? `, at least ${limit} % are wanted` : ''}`);
}
process.exitCode = failed > 0 ? 1 : 0;

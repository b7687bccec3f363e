/** `npm run bench`. */
import { run } from './running.ts';
import { chapters } from './scenarios/index.ts';

process.exitCode = await run({
  command: 'npm run bench',
  results: 'results.md',
  title: 'Benchmarks',
  about: `What Tidemark costs, beside the same work written by hand with better-sqlite3, the driver that Tidemark itself uses. Each
table is one piece of work, and each line of it one way of doing that work. All ways of a table run in turn, in one
process that does nothing else, on files of their own with the same tables and indexes. The rates belong to this machine and to what else it did; the
ratios are what to compare.`,
  chapters,
});

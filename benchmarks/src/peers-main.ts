/** `npm run bench:peers`. */
import path from 'node:path';
import { peerFacts } from './peers/survey.ts';
import { run } from './running.ts';
import { peerChapters } from './scenarios/peers/index.ts';

process.exitCode = await run({
  command: 'npm run bench:peers',
  results: 'results-peers.md',
  title: 'Beside other frameworks',
  about: `The event stores of Tidemark and of other TypeScript frameworks on SQLite, each by its own API, beside better-sqlite3 by hand on
Tidemark’s tables; no commands and no read models. The data is the same in all: a deposit of 266 characters of JSON, with correlation and causation.
All ways of a table run in turn, in one process that does nothing else, on files of their own; each has its own tables and indexes, and brings
its own SQLite. After each round another connection looks whether what was acknowledged is in the file. How long each connection waits for the disk is
what it said itself, below. The rates belong to this machine and to what else it did; the ratios are what to compare.`,
  chapters: peerChapters,
  facts: async (folder) => {
    let files = 0;
    const peers = await peerFacts(() => {
      files += 1;
      return path.join(folder, `facts-${files}.db`);
    });
    return [
      ['Tidemark, by hand', 'better-sqlite3 with the SQLite above, journal_mode=wal, synchronous=FULL'],
      ...peers,
    ];
  },
});

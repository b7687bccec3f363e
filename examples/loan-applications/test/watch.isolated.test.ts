// timeout: 180s
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openFigures } from '../src/figures/open-figures.ts';
import { importLog } from '../src/import/import-log.ts';
import { openLoanDesk } from '../src/loan-desk.ts';
import { inlineModels } from '../src/read-models/index.ts';
import { generateSample } from '../src/sample/generate.ts';
import { withFolder, withLog } from './log-files.ts';
import { start } from './started.ts';

const sample = [...generateSample({ applications: 100 })].join('');
const steps = sample.split('<event>').length - 1;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`a watcher shows what another process imports, up to its end, and ends well with ${signal}`, async () => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'log.xes'), sample);
      const file = join(folder, 'loan.db');
      const before = await importBeginning(file);
      const watcher: { process?: ChildProcess; out: string } = { out: '' };
      const ended = start(folder, ['--watch', '--db', 'loan.db'], (process, out) => {
        Object.assign(watcher, { process, out });
      });
      const shows = async (events: number) => {
        while (!watcher.out.includes(`  ${count(events)} events`)) await sleep(50);
      };
      await shows(before);
      const importing = await start(folder, ['--log', 'log.xes', '--db', 'loan.db', '--no-report']);
      assert.equal([importing.code, importing.error], [0, '']);
      await shows(steps);
      watcher.process?.kill(signal);
      const { code, out, error } = await ended;
      assert.equal([code, error], [0, '']);
      assert.match(
        importing.out,
        /Switched to the rebuilt open applications at event [\d,]+, as readers see it: before it all \d+ of/,
      );
      assert.match(out, /^ {2}Watching loan\.db: what others record in it, until Ctrl-C\n/);
      assert.match(out, `  Watched from event ${count(before)} to event ${count(steps)}.\n`);
      const shown = [...out.matchAll(/^ {2}([\d,]+) events: ([\d,]+) applications open, € ([\d,]+)/gm)];
      const events = shown.map(([, number = '']) => Number(number.replaceAll(',', '')));
      assert.equal(
        events,
        [...events].sort((a, b) => a - b),
        'it never goes back',
      );
      assert.equal(shown.at(-1)?.slice(1), [steps, ...(await openIn(file))].map(count));
    });
  });
}

/** Some applications of the log, by this process; resolves to how many events they are. */
async function importBeginning(file: string): Promise<number> {
  const end = '</trace>';
  const first = `${sample.split(end).slice(0, 10).join(end)}${end}</log>`;
  await using app = await openLoanDesk(sqlite(file), inlineModels);
  const { recorded } = await withLog(first, (log) => importLog(app, log));
  return recorded;
}

/** How many applications are open, and their amount. */
async function openIn(file: string): Promise<readonly number[]> {
  await using app = await openLoanDesk(sqlite(file));
  const { applications, amount } = await openFigures(app);
  return [applications, amount];
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

test.run();

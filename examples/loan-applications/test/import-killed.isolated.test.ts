// timeout: 600s
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openLoanDesk } from '../src/loan-desk.ts';
import { generateSample } from '../src/sample/generate.ts';
import { withFolder } from './log-files.ts';

const child = fileURLToPath(new URL('import-child.ts', import.meta.url));
const sample = [...generateSample({ applications: 1_200 })].join('');
const steps = sample.split('<event>').length - 1;

/**
 * A run is killed when it has recorded so many steps, or the read models have so many events more than were recorded
 * before: these begin when the lease of the process that was killed has expired, which is after the import.
 */
const kills = [
  ['steps', 1],
  ['steps', 333],
  ['steps', 64],
  ['steps', 250],
  ['models', 1],
  ['models', 200],
] as const;

/** Kills it as soon as it says a word with so high a number; resolves to its last word. */
async function importUntil(log: string, db: string, word: string, number: number): Promise<string> {
  const running = spawn(process.execPath, [...process.execArgv, child, log, db], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = '';
  for await (const line of createInterface({ input: running.stdout })) {
    last = line;
    const [said, reached] = line.split(' ');
    if (said === word && Number(reached) >= number) running.kill('SIGKILL');
  }
  return last;
}

async function recordedSteps(db: string): Promise<number> {
  await using app = await openLoanDesk(sqlite(db), []);
  const seen = new Set<string>();
  for await (const { aggregateId, metadata } of app.eventStore.readAll()) {
    const step = `${aggregateId} ${String(metadata['logStep'])}`;
    assert.not.ok(seen.has(step), `${step} is recorded once`);
    seen.add(step);
  }
  return seen.size;
}

test('an import that is killed again and again ends as one that never was', async () => {
  await withFolder(async (folder) => {
    const [log, db] = [join(folder, 'log.xes'), join(folder, 'killed.db')];
    await writeFile(log, sample);
    let recorded = 0;
    let firstRecorded = 0;
    for (const [word, more] of kills) {
      const last = await importUntil(log, db, word, word === 'models' ? firstRecorded + more : more);
      assert.not.match(last, /^done/, `killed after ${more} more ${word}`);
      const now = await recordedSteps(db);
      if (word === 'steps') {
        assert.ok(now > recorded && now < steps, `${recorded}, then ${now} of ${steps}: each run adds some`);
        firstRecorded = now;
      }
      recorded = now;
    }
    const [done, last = '', ...sums] = (await importUntil(log, db, 'never', 0)).split(' ');
    assert.is(done, 'done');
    assert.is(recorded + Number(last), steps);
    assert.is(await recordedSteps(db), steps);
    const uninterrupted = await importUntil(log, join(folder, 'whole.db'), 'never', 0);
    assert.equal(['done', String(steps), ...sums], uninterrupted.split(' '));
  });
});

test.run();

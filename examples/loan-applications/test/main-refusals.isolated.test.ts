// timeout: 600s
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventData } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFolder } from './log-files.ts';
import { leftBehind, small, start } from './started.ts';

test('steps that the rules refuse are shown, and the exit code says so', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'log.xes'), small.replace('A_PARTLYSUBMITTED', 'A_ACTIVATED'));
    const { code, out } = await start(folder, ['--log', 'log.xes']);
    assert.is(code, 1);
    assert.match(out, /steps were refused by the rules/);
    assert.match(out, /line \d+: WRONG_STATUS, application \d+: it is submitted, wanted finalized or granted/);
  });
});

test('a wrong command line, and files that will not do, are said in a line', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'text.db'), 'no database, but long enough to look like one '.repeat(50));
    for (const [args, code, message] of [
      [['--bogus'], 2, "Unknown option '--bogus'"],
      [['--log', 'missing.xes'], 1, 'LOG_NOT_FOUND: '],
      [['--db', 'text.db'], 1, 'STORE_NOT_A_DATABASE: '],
    ] as const) {
      const outcome = await start(folder, args);
      assert.is(outcome.code, code, args.join(' '));
      assert.match(outcome.error, message);
      assert.not.match(outcome.error, / at .*\.ts/);
    }
    assert.equal(await leftBehind(folder), [], 'and no temporary file is left');
  });
});

test('an application that cannot be in the log is refused before anything is written', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'log.xes'), small);
    const { code, out, error } = await start(folder, ['--log', 'log.xes', '--db', 'a.db', '--application', '999']);
    assert.equal([code, out], [1, '']);
    assert.match(error, "APPLICATION_UNKNOWN: --application: found '999', wanted the number of one that is in");
    assert.not.ok(
      (await readdir(folder)).some((name) => /\.(db|html)/.test(name)),
      'no database, no report',
    );
  });
});

test('an application that turns out not to be there is said at its place, and by the exit code', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'log.xes'), small);
    const [, amount = ''] = /AMOUNT_REQ" value="(\d+)"/.exec(small) ?? [];
    const { code, out, error } = await start(folder, ['--log', 'log.xes', '--db', 'a.db', '--application', amount]);
    assert.is(code, 1);
    assert.match(out, `Application ${amount}: nothing is recorded`);
    assert.match(out, 'The report, to be opened in a browser', 'what else there is to show is shown');
    assert.not.match(out, 'To import the rest');
    assert.match(error, `APPLICATION_UNKNOWN: --application: found '${amount}'`);
  });
});

test("a file with another application's log is refused, and a watcher makes no file", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'log.xes'), small);
    const file = join(folder, 'bank.db');
    const { events, close } = await sqlite(file).open();
    await events.append('account-42', [eventData('AccountOpened', {})], { expectedRevision: 'no_stream' });
    await close();
    for (const [args, message] of [
      [['--log', 'log.xes', '--db', 'bank.db'], `FOREIGN_LOG: ${file} holds the log of another application: found`],
      [['--watch', '--db', 'bank.db'], `FOREIGN_LOG: ${file} holds the log of another application: found`],
      [['--watch', '--db', 'nothing.db'], `NOTHING_TO_WATCH: ${join(folder, 'nothing.db')}: found no such file`],
    ] as const) {
      const { code, out, error } = await start(folder, args);
      assert.equal([code, out], [1, ''], args.join(' '));
      assert.match(error, message);
      assert.not.match(error, / at .*\.ts/);
    }
    assert.not.ok((await readdir(folder)).includes('nothing.db'));
  });
});

test.run();

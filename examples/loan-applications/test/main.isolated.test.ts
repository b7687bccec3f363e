// timeout: 600s
import { spawnSync } from 'node:child_process';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFolder } from './log-files.ts';
import { leftBehind, type Outcome, small, start } from './started.ts';

const skip = (title: string, reason: string) =>
  (globalThis as { __tidemarkSkip?: (title: string, reason: string) => void }).__tidemarkSkip?.(title, reason);

test('npm start shows the whole tour on the bundled sample, and leaves nothing behind', async () => {
  await withFolder(async (folder) => {
    const { code, out, error } = await start(folder, []);
    assert.equal([code, error], [0, '']);
    for (const part of [
      'Importing loan-applications.xes.gz, 64 applications at a time',
      /^ {2}rebuild: [\d,]+ of [\d,]+ events/m,
      /Switched to the rebuilt open applications at event [\d,]+,\s+as\s+readers\s+see\s+it:\s+before\s+it\s+all\s+\d+\s+of\s+the\s+log\s+were\s+there,\s+after\s+it\s+all\s+\d+/,
      'The funnel',
      'Time from submission to decision',
      'Offers per application',
      'What became of the offers',
      'Work per employee and day',
      'Open applications',
      'The history of application',
      'Its state then and now',
      'replayed into fresh read models',
      'The report, to be opened in a browser',
      'What to try next',
    ]) {
      assert.match(out, part);
    }
    assert.is(out.match(/ the same$/gm)?.length, 6);
    assert.not.match(out, 'DIFFERENT');
    assert.not.match(out, '\u001b', 'no colours and no cursor movements where nobody looks');
    assert.ok(out.split('\n').every((line) => line.length <= 100));
    assert.equal(await leftBehind(folder), []);
    const [, report = ''] = /^ {2}(.*loan-report\.html)$/m.exec(out) ?? [];
    assert.ok(report.startsWith(folder), 'but for the report, among the temporary files');
    assert.match(await readFile(report, 'utf8'), '320 applications took');
  });
});

test('a kept file is gone on with: a second start records nothing and shows the same', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'log.xes'), small);
    const [, number = ''] = /concept:name" value="(\d+)"/.exec(small) ?? [];
    const args = ['--log', 'log.xes', '--db', 'loan.db', '--application', number];
    const first = await start(folder, args);
    const second = await start(folder, [...args, '--flight', '3', '--durability', 'normal']);
    assert.equal([first.code, second.code], [0, 0]);
    assert.match(second.out, '0 steps recorded');
    const figures = ({ out }: Outcome) => out.slice(out.indexOf('The funnel'), out.indexOf('The whole log replayed'));
    assert.is(figures(second), figures(first));
    const sums = ({ out }: Outcome) => out.slice(out.indexOf('Checksums'), out.indexOf('The report'));
    assert.is(sums(second), sums(first));
    assert.match(first.out, `The history of application ${number}`);
    await access(join(folder, 'loan.db'));
    assert.match(first.out, `  ${join(folder, 'loan-report.html')}\n`);
    assert.match(await readFile(join(folder, 'loan-report.html'), 'utf8'), `Application <bdi>${number}</bdi>`);
  });
});

test('Ctrl-C ends the import in good order, with the way to go on, and the way works', async () => {
  await withFolder(async (folder) => {
    let told = false;
    const stopped = await start(folder, ['--db', 'loan.db'], (running, out) => {
      if (told || !out.includes('Importing')) return;
      told = true;
      // While the first applications are on their way, or before: both must end well.
      setTimeout(() => running.kill('SIGINT'), 200);
    });
    assert.equal([stopped.code, stopped.error], [130, '']);
    const went = await start(folder, ['--db', 'loan.db']);
    assert.is(went.code, 0);
    assert.match(went.out, '320 applications');
  });
});

test('a malformed log ends with its place, keeps what stood before it, and is gone on with when mended', async () => {
  await withFolder(async (folder) => {
    const at = small.indexOf('</trace>', small.length / 2);
    await writeFile(join(folder, 'log.xes'), `${small.slice(0, at)}</tracy>${small.slice(at + 8)}`);
    const failed = await start(folder, ['--log', 'log.xes']);
    const line = small.slice(0, at).split('\n').length;
    assert.is(failed.code, 1);
    assert.match(failed.error, `LOG_MALFORMED: ${join(folder, 'log.xes')}:${line}:9: found malformed XML`);
    assert.not.match(failed.error, / at .*\.ts/, 'no stack trace for what the user can mend');
    const [, log = '', db = ''] = /npm start -- --log (.*) --db (.*)\n/.exec(failed.out) ?? [];
    assert.is(log, 'log.xes');
    await writeFile(join(folder, 'log.xes'), small);
    const mended = await start(folder, ['--log', log, '--db', db]);
    assert.is(mended.code, 0);
    assert.match(mended.out, /[1-9][\d,]* were recorded before/);
  });
});

test('the report is written where it is wanted, or not at all', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'log.xes'), small);
    const args = ['--log', 'log.xes'];
    const without = await start(folder, [...args, '--no-report']);
    assert.is(without.code, 0);
    assert.not.match(without.out, 'The report');
    assert.equal(
      (await readdir(folder)).filter((name) => name.includes('report')),
      [],
    );
    const elsewhere = await start(folder, [...args, '--report', 'new/report.html']);
    assert.is(elsewhere.code, 0);
    assert.match(elsewhere.out, `  ${join(folder, 'new/report.html')}\n`);
    await access(join(folder, 'new/report.html'));
  });
});

test('what it says sqlite3 can be asked is true for the file of that run', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'log.xes'), small);
    const name = "it's a file.db";
    const { out } = await start(folder, ['--log', 'log.xes', '--db', name, '--no-report']);
    const [, path, sql = ''] = /^ {2}sqlite3 (.*) '(SELECT [^']*)'$/m.exec(out) ?? [];
    assert.is(path, String.raw`'it'\''s a file.db'`, 'quoted for the shell');
    const db = new Database(join(folder, name), { readonly: true });
    const rows = db.prepare<[], [string, number]>(sql).raw().all();
    db.close();
    const [, sessions] = /, (\d+) sessions,/.exec(out) ?? [];
    assert.is(String(rows.reduce((sum, [, of]) => sum + of, 0)), sessions);
    assert.not.match((await start(folder, ['--log', 'log.xes', '--no-report'])).out, 'sqlite3', 'that file is gone');
    const command = `sqlite3 ${path} '${sql}'`;
    const asked = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
    if (asked.status === 127) return skip(command, 'there is no sqlite3 here');
    assert.is(asked.stdout, rows.map((row) => `${row.join('|')}\n`).join(''));
  });
});

test.run();

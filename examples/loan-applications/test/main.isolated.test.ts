// timeout: 240s
import { type ChildProcess, spawn } from 'node:child_process';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateSample } from '../src/sample/generate.ts';
import { withFolder } from './log-files.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Short enough to run the tour on it again and again. */
const small = [...generateSample({ applications: 30 })].join('');

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the example in `folder`, which is its folder for temporary files too. */
async function start(
  folder: string,
  args: readonly string[],
  watch?: (running: ChildProcess, out: string) => void,
): Promise<Outcome> {
  const running = spawn(process.execPath, [...process.execArgv, main, ...args], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { ...process.env, INIT_CWD: folder, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, error] = ['', ''];
  running.stdout.on('data', (data) => {
    out += data;
    watch?.(running, out);
  });
  running.stderr.on('data', (data) => {
    error += data;
  });
  const code = await new Promise<number | null>((resolve) => running.on('close', resolve));
  return { code, out, error };
}

/** The example's own temporary folders. */
async function leftBehind(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('loan-applications-'));
}

test('npm start shows the whole tour on the bundled sample, and leaves nothing behind', async () => {
  await withFolder(async (folder) => {
    const { code, out, error } = await start(folder, []);
    assert.equal([code, error], [0, '']);
    for (const part of [
      'Importing loan-applications.xes.gz, 64 applications at a time',
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
    const figures = ({ out }: Outcome) => out.slice(out.indexOf('The funnel'), out.indexOf('events/s'));
    const withoutPace = (text: string) => text.replace(/in \d+\.\d s: [\d,]+ /, '');
    assert.is(withoutPace(figures(second)), withoutPace(figures(first)));
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
    const args = ['--log', 'log.xes', '--application', '999'];
    const without = await start(folder, [...args, '--no-report']);
    assert.is(without.code, 0);
    assert.match(without.out, 'Application 999: nothing is recorded');
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

test.run();

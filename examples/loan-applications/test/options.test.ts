import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseOptions, UsageError } from '../src/options.ts';
import { samplePath } from '../src/sample/sample-file.ts';

test('without arguments it is the bundled sample, in a temporary file, safe against a power cut', () => {
  const expected = {
    help: false,
    log: samplePath,
    db: undefined,
    flight: 64,
    durability: 'full',
    application: undefined,
    report: undefined,
    noReport: false,
    watch: false,
  };
  assert.equal(parseOptions([], '/home'), expected);
});

test('paths are meant from where npm was called', () => {
  const { log, db } = parseOptions(['--log', '../a.xes.gz', '--db=/tmp/b.db'], '/home/me');
  assert.equal([log, db], ['/home/a.xes.gz', '/tmp/b.db']);
});

test('the report stands beside the database, unless a place is named or none is wanted', () => {
  const reportOf = (...args: readonly string[]) => parseOptions(args, '/home/me').report;
  assert.is(reportOf('--db', '../b.db'), '/home/loan-report.html');
  assert.is(reportOf('--db', '../b.db', '--report', 'r.html'), '/home/me/r.html');
  assert.is(reportOf('--report', 'r.html'), '/home/me/r.html');
  assert.is(parseOptions(['--no-report'], '/').noReport, true);
});

test('takes the whole range of what it understands', () => {
  const options = parseOptions(['--flight', '1000', '--durability', 'normal', '--application', '42', '-h'], '/');
  assert.equal([options.flight, options.durability, options.application, options.help], [1000, 'normal', '42', true]);
});

test('watching takes the file that is imported into, and nothing else', () => {
  const { watch, db } = parseOptions(['--watch', '--db', 'a.db'], '/home');
  assert.equal([watch, db], [true, '/home/a.db']);
});

test('refuses anything else, naming what was found and what is wanted', () => {
  for (const [args, message] of [
    [['--flight', '0'], "--flight: found '0', wanted a whole number from 1 to 1000"],
    [['--flight', '1.5'], "found '1.5'"],
    [['--flight', 'many'], "found 'many'"],
    [['--durability', 'none'], "--durability: found 'none', wanted full or normal"],
    [['--log', ''], '--log: found nothing, wanted the path of a file'],
    [['--report', ''], '--report: found nothing, wanted the path of a file'],
    [['--report', 'r.html', '--no-report'], '--report and --no-report: found both'],
    [['--report', 'a.db', '--db', './a.db'], "--report: found 'a.db', wanted a file of its own"],
    [['--report', 'a.xes', '--log', 'a.xes'], "--report: found 'a.xes', wanted a file of its own"],
    [['--application', 'x1'], "--application: found 'x1', wanted a number of 1 to 12 digits"],
    [['--watch'], '--watch: found no --db, wanted the file that is imported into'],
    [['--watch', '--db', 'a.db', '--log', 'a.xes'], '--watch: found --log with it, wanted --db alone'],
    [['--log'], "'--log <value>' argument missing"],
    [['--bogus'], "Unknown option '--bogus'"],
    [['extra'], "Unexpected argument 'extra'"],
  ] as const) {
    assert.throws(
      () => parseOptions(args, '/'),
      (error: unknown) => error instanceof UsageError && error.code === 'USAGE' && error.message.includes(message),
      args.join(' '),
    );
  }
});

test.run();

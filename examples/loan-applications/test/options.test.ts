import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseOptions, UsageError } from '../src/options.ts';
import { samplePath } from '../src/sample/sample-file.ts';

test('without arguments it is the bundled sample, in a temporary file, safe against a power cut', () => {
  const expected = {
    help: false,
    log: samplePath,
    store: undefined,
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

test('a server is an address, with a file of its read models if one is named, or one in this process', () => {
  const storeOf = (...args: readonly string[]) => {
    const { store, db } = parseOptions(args, '/home');
    return [store, db];
  };
  assert.equal(storeOf('--store', 'test-server'), ['test-server', undefined]);
  assert.equal(storeOf('--store', 'esdb://a:2113?tls=false'), ['esdb://a:2113?tls=false', undefined]);
  const cluster = 'esdb+discover://ada:secret@a:2113,b:2113';
  assert.equal(storeOf('--store', cluster, '--db', 'read.db'), [cluster, '/home/read.db']);
});

test('what is typed where no password belongs is refused without it', () => {
  for (const args of [
    ['esdb://ada:secret@a:2113'],
    ['--store', 'http://ada:secret@a:2113'],
    ['--store', 'esdb://ada:secret:@a:2113'],
    ['--store', 'esdb://ada:secret@a:2113?bogus=1'],
    ['--store', 'esdb//ada:secret@a:2113'],
  ]) {
    assert.throws(
      () => parseOptions(args, '/'),
      (error: unknown) => error instanceof UsageError && !error.message.includes('secret'),
      args.join(' '),
    );
  }
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
    [['--store', ''], '--store: found nothing, wanted test-server, esdb://host:port or esdb+discover://host:port'],
    [['--store', 'loan.db'], "--store: found 'loan.db', wanted test-server, esdb://host:port"],
    [['--store', 'http://a:2113'], '--store: connection string: found the scheme http, wanted esdb or esdb+discover'],
    [['--store', 'esdb://a:x'], "--store: connection string: found the hosts 'a:x'"],
    [['--store', 'esdb://a?tls=no'], '--store: connection string: found tls=no, wanted true or false'],
    [['--store', 'test-server', '--db', 'a.db'], '--store test-server: found --db with it, wanted none'],
    [['--store', 'esdb://a', '--durability', 'full'], '--store: found --durability with it, wanted none'],
    [['--watch', '--db', 'a.db', '--store', 'esdb://a'], '--watch: found --store with it, wanted --db alone'],
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

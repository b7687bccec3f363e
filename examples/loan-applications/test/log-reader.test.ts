import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LoggedApplication, readApplications } from '../src/xes/application-log.ts';
import { LogFormatError } from '../src/xes/log-format-error.ts';
import { scanLog } from '../src/xes/scan-log.ts';
import { lines, log, trace, withFolder, withLog } from './log-files.ts';

const good = log(
  trace('1001', lines('A_SUBMITTED', 'A_PARTLYSUBMITTED', 'W_Afhandelen leads SCHEDULE')),
  trace('1002', lines('A_SUBMITTED', 'A_PARTLYSUBMITTED', 'A_DECLINED')),
);

interface Reading {
  readonly applications: readonly LoggedApplication[];
  readonly error: LogFormatError | undefined;
}

async function read(file: string): Promise<Reading> {
  const applications: LoggedApplication[] = [];
  try {
    for await (const application of readApplications(file)) applications.push(application);
  } catch (error) {
    assert.instance(error, LogFormatError);
    return { applications, error: error as LogFormatError };
  }
  return { applications, error: undefined };
}

/** Reads the good log with `found` replaced by `by`, once, in the second application. */
function readWith(found: string, by: string): Promise<Reading> {
  const second = good.indexOf('1002');
  const at = good.lastIndexOf('<trace>', second);
  const broken = good.slice(0, at) + good.slice(at).replace(found, by);
  assert.not.equal(broken, good);
  return withLog(broken, read);
}

function assertRefused({ applications, error }: Reading, code: string, line: number, column: number): void {
  assert.is(error?.code, code);
  assert.equal([error?.line, error?.column], [line, column]);
  assert.equal(
    applications.map(({ number }) => number),
    ['1001'],
    'the application before the fault is handed out',
  );
  assert.match(error?.message ?? '', `:${line}:${column}: found ${error?.found}, wanted ${error?.wanted}`);
}

test('reads applications with their steps, in the order of the file', async () => {
  const { applications } = await withLog(good, read);
  assert.equal(
    applications.map(({ number }) => number),
    ['1001', '1002'],
  );
  const [first] = applications;
  assert.is(first?.amount, 5000);
  assert.equal(first?.registeredAt, new Date('2012-01-02T07:59:00Z'));
  assert.equal(first?.steps[2], {
    step: { kind: 'work', name: 'W_Afhandelen leads', transition: 'SCHEDULE' },
    at: new Date('2012-01-02T08:02:00Z'),
    by: '10862',
    place: { line: 9, column: 1 },
  });
});

test('unpacks by what the file begins with, not by its name', async () => {
  const { applications, error } = await withLog(gzipSync(good), read);
  assert.is(error, undefined);
  assert.is(applications.length, 2);
});

test('takes characters that were split between two pieces of text as they are', async () => {
  const wide = good.replace('10862', 'é'.repeat(40_000));
  const { applications } = await withLog(wide, read);
  assert.is(applications[0]?.steps[0]?.by, 'é'.repeat(40_000));
});

test('leaves out who did it where the log does not say', async () => {
  const nobody = log(trace('1', [{ name: 'A_SUBMITTED', at: '2012-01-02T09:00:00+01:00' }]));
  const { applications } = await withLog(nobody, read);
  assert.is(applications[0]?.steps[0]?.by, undefined);
});

test('passes over attributes that stand inside other attributes', async () => {
  const nested = good.replace('value="5000"/>', 'value="5000"><string key="AMOUNT_REQ" value="1"/></string>');
  const { applications } = await withLog(nested, read);
  assert.is(applications[0]?.amount, 5000);
});

test('refuses a file that is not there, and a folder, without a place', async () => {
  await withFolder(async (folder) => {
    const missing = await read(`${folder}/nothing.xes`);
    assert.equal([missing.error?.code, missing.error?.line], ['LOG_NOT_FOUND', undefined]);
    assert.is((await read(folder)).error?.code, 'LOG_UNREADABLE');
  });
});

test('refuses what is no XES: an empty file, other text, other XML', async () => {
  for (const [content, line] of [
    ['', 1],
    ['{"a": 1}\n', 2],
    ['<html></html>', 1],
  ] as const) {
    const { error } = await withLog(content, read);
    assert.is(error?.code, 'LOG_NOT_XES', content);
    assert.is(error?.line, line);
  }
});

test('says where XML is malformed', async () => {
  assertRefused(await readWith('<event>', '<event'), 'LOG_MALFORMED', 15, 7);
  assertRefused(await readWith('</event>', '</evnt>'), 'LOG_MALFORMED', 15, 223);
  assertRefused(await readWith('A_DECLINED', 'A_&bogus;'), 'LOG_MALFORMED', 17, 92);
});

test('says where the text ends too early', async () => {
  assertRefused(await readWith('</trace>\n</log>\n', ''), 'LOG_TRUNCATED', 18, 1);
});

test('says how far a packed log could be unpacked that ends too early', async () => {
  const packed = gzipSync(
    log(...Array.from({ length: 5_000 }, (_, index) => trace(String(index), lines('A_SUBMITTED')))),
  );
  const { applications, error } = await withLog(packed.subarray(0, packed.length / 2), read);
  assert.is(error?.code, 'LOG_TRUNCATED');
  const lastLine = 2 + applications.length * 6;
  assert.ok(applications.length > 100, 'what could be unpacked is handed out');
  assert.ok(
    (error?.line ?? 0) > lastLine && (error?.line ?? 0) <= lastLine + 7,
    'the fault is in the next application',
  );
});

test('refuses packed data that is damaged', async () => {
  const packed = gzipSync(good);
  packed.writeUInt32LE(0, packed.length - 8);
  const { error } = await withLog(packed, read);
  assert.is(error?.code, 'LOG_CORRUPT');
  assert.match(error?.message ?? '', 'incorrect data check');
});

test('refuses bytes that are not UTF-8', async () => {
  const { error } = await withLog(Buffer.from(good.replace('10862', 'é'), 'latin1'), read);
  assert.is(error?.code, 'LOG_CORRUPT');
});

test('names the attribute that is missing, of the application and of a step', async () => {
  for (const key of ['concept:name', 'REG_DATE', 'AMOUNT_REQ']) {
    assertRefused(await readWith(`key="${key}"`, 'key="other"'), 'LOG_ATTRIBUTE_MISSING', 11, 1);
  }
  const nameless = await readWith(
    '<event><string key="org:resource" value="10862"/><string key="concept:name"',
    '<event><string key="other"',
  );
  assertRefused(nameless, 'LOG_ATTRIBUTE_MISSING', 15, 1);
  assertRefused(await readWith('key="time:timestamp"', 'key="time"'), 'LOG_ATTRIBUTE_MISSING', 15, 1);
  assertRefused(await readWith('key="lifecycle:transition"', 'key="transition"'), 'LOG_ATTRIBUTE_MISSING', 15, 1);
  assertRefused(await readWith('value="1002"', 'value=""'), 'LOG_ATTRIBUTE_MISSING', 11, 1);
});

test('names the attribute that makes no sense, where it stands', async () => {
  assertRefused(await readWith('value="5000"', 'value="-5"'), 'LOG_ATTRIBUTE_INVALID', 14, 1);
  assertRefused(await readWith('2012-01-02T08:59:00.000+01:00', 'yesterday'), 'LOG_ATTRIBUTE_INVALID', 12, 1);
  assertRefused(await readWith('09:01:00.000+01:00', '09:01:00.000'), 'LOG_ATTRIBUTE_INVALID', 16, 157);
  assertRefused(await readWith('2012-01-02T09:01', '2012-02-31T29:01'), 'LOG_ATTRIBUTE_INVALID', 16, 157);
});

test('refuses a step that the loan desk does not know, and an application without any', async () => {
  const unknown = await readWith('A_DECLINED', 'A_DREAMT');
  assertRefused(unknown, 'LOG_STEP_UNKNOWN', 17, 1);
  assert.match(unknown.error?.found ?? '', 'A_DREAMT COMPLETE');
  assert.is((await withLog(log(trace('1', [])), read)).error?.code, 'LOG_TRACE_EMPTY');
});

test('reads no further than its applications are taken', async () => {
  const many = log(...Array.from({ length: 5_000 }, (_, index) => trace(String(index), lines('A_SUBMITTED'))));
  await withLog(`${many}<not xml`, async (file) => {
    for await (const { number } of readApplications(file)) if (number === '7') return;
    assert.unreachable('the fault at the end was not to be met');
  });
});

test('counts events without parsing, as far as the file goes', async () => {
  const countEvents = async (file: string) => (await scanLog(file)).events;
  assert.is(await withLog(gzipSync(good), countEvents), 6);
  const piece = 65_536;
  for (let before = 0; before <= 8; before += 1) {
    const text = `<log>${' '.repeat(piece - before - 5)}<event/><events/><event></event>`;
    assert.is(await withLog(text, countEvents), 2, `with ${before} characters of it in the first piece`);
  }
  const many = log(trace('1', lines(...Array<string>(3_000).fill('A_SUBMITTED'))));
  const packed = gzipSync(many);
  const part = await withLog(packed.subarray(0, packed.length / 2), countEvents);
  assert.ok(part > 0 && part < 3_000);
  assert.is(await countEvents('/nothing/here.xes'), 0);
});

test('says that a number cannot be in a log only where that is certain', async () => {
  const holds = (text: string | Uint8Array, number: string) =>
    withLog(text, async (file) => (await scanLog(file, number)).mayHold);
  assert.is(await holds(good, '4711'), false);
  assert.is(await holds(good, '1001'), true);
  assert.is(await holds(good.replace('"1001"', "'1001'"), '1001'), true, 'in other quotes');
  assert.is(await holds(good.replace('"1001"', '"&#49;001"'), '1001'), true, 'written as a character reference');
  assert.is(await holds(gzipSync(good).subarray(0, 150), '4711'), true, 'behind where the file can be read');
  const piece = 65_536;
  for (let before = 0; before <= 6; before += 1)
    assert.is(await holds(`${' '.repeat(piece - before)}"4711"`, '4711'), true, `${before} of it in the first piece`);
});

test.run();

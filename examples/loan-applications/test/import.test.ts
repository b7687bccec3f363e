import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { memory, StoreFailedError, type StoreProvider } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LoanApplication } from '../src/domain/loan-application.ts';
import { type ImportResult, importLog } from '../src/import/import-log.ts';
import { LogConflictError } from '../src/import/log-conflict-error.ts';
import { openLoanDesk } from '../src/loan-desk.ts';
import { generateSample } from '../src/sample/generate.ts';
import { samplePath } from '../src/sample/sample-file.ts';
import { LogFormatError } from '../src/xes/log-format-error.ts';
import { lines, log, trace, withFolder, withLog } from './log-files.ts';
import { watchedAppends } from './watched-appends.ts';

const sample = [...generateSample({ applications: 60 })].join('');
const sampleSteps = sample.split('<event>').length - 1;
const submitted = ['A_SUBMITTED', 'A_PARTLYSUBMITTED'] as const;

async function importInto(store: StoreProvider, file: string, options = {}): Promise<ImportResult> {
  await using app = await openLoanDesk(store, []);
  return await importLog(app, file, options);
}

/** Every event of the log: whose, which step of theirs, what and when. */
async function recordedIn(store: StoreProvider): Promise<readonly string[]> {
  await using app = await openLoanDesk(store, []);
  const all: string[] = [];
  for await (const { aggregateId, metadata, type, occurredAt, revision } of app.eventStore.readAll()) {
    all.push(`${aggregateId} ${String(metadata['logStep'])} ${type} ${occurredAt.toISOString()} at ${revision}`);
  }
  return all;
}

function importSample(store: StoreProvider, options = {}): Promise<ImportResult> {
  return withLog(sample, (file) => importInto(store, file, options));
}

/** Whatever the order across applications. */
async function sortedIn(store: StoreProvider): Promise<readonly string[]> {
  return [...(await recordedIn(store))].sort();
}

async function assertAllOfSample(store: StoreProvider): Promise<void> {
  const uninterrupted = memory();
  await importSample(uninterrupted);
  assert.equal(await sortedIn(store), await sortedIn(uninterrupted));
}

test('records every step of the log once, at the time it happened, each application in its own order', async () => {
  const store = memory();
  const result = await importInto(store, samplePath);
  const recorded = await recordedIn(store);
  const { length } =
    gunzipSync(await readFile(samplePath))
      .toString()
      .match(/<event>/g) ?? [];
  assert.equal([result.recorded, result.skipped, result.refused], [length, 0, 0]);
  assert.is(recorded.length, length);
  assert.is(result.position, length);
  const next = new Map<string, number>();
  for (const line of recorded) {
    const [application = '', step, , , , revision] = line.split(' ');
    assert.is(Number(step), next.get(application) ?? 0, line);
    assert.is(revision, step);
    next.set(application, Number(step) + 1);
  }
  assert.is(next.size, result.applications);
});

test('a second run records nothing', async () => {
  const store = memory();
  const first = await importSample(store);
  const second = await importSample(store);
  assert.equal([second.recorded, second.skipped, second.position], [0, first.recorded, first.position]);
  assert.is((await recordedIn(store)).length, first.recorded);
});

test('stops when it is told to, and goes on where it was', async () => {
  const store = memory();
  for (const stopAt of [1, 40, 300, 600]) {
    const stop = new AbortController();
    const { recorded, stopped } = await importSample(store, {
      signal: stop.signal,
      onProgress: (progress: ImportResult) => {
        if (progress.recorded >= stopAt) stop.abort();
      },
    });
    assert.ok(stopped);
    assert.ok(recorded >= stopAt && recorded < stopAt + 64, 'only the commands on their way are finished');
  }
  assert.is((await importSample(store)).stopped, false);
  await assertAllOfSample(store);
});

test('as many applications are on their way as it was told, and never two steps of one', async () => {
  for (const inFlight of [1, 8]) {
    const { store, most } = watchedAppends(memory());
    await importSample(store, { inFlight });
    assert.equal(most(), { streams: inFlight, ofOneStream: 1 });
  }
});

test('two importers at once share the work and double nothing', async () => {
  await withFolder(async (folder) => {
    const store = sqlite(join(folder, 'loans.db'));
    const [one, other] = await Promise.all([importSample(store), importSample(store)]);
    assert.is(one.recorded + other.recorded, sampleSteps);
    await assertAllOfSample(store);
  });
});

test('an application that is in the log twice is recorded once', async () => {
  const once = trace('7', lines(...submitted, 'A_DECLINED'));
  const store = memory();
  const result = await withLog(log(once, once, once), (file) => importInto(store, file));
  assert.equal([result.recorded, result.skipped], [3, 6]);
  assert.is((await recordedIn(store)).length, 3);
});

test('steps that repeat within an application are steps of their own, also in a second run', async () => {
  const work = 'W_Afhandelen leads';
  const twice = log(trace('7', lines(...submitted, `${work} SCHEDULE`, `${work} SCHEDULE`, `${work} START`)));
  const store = memory();
  await withLog(twice, async (file) => {
    assert.is((await importInto(store, file)).recorded, 5);
    assert.is((await importInto(store, file)).recorded, 0);
  });
  assert.is((await recordedIn(store)).length, 5);
});

test('takes in what was added to the log since', async () => {
  const store = memory();
  await withLog(log(trace('7', lines(...submitted))), (file) => importInto(store, file));
  const result = await withLog(log(trace('7', lines(...submitted, 'A_DECLINED'))), (file) => importInto(store, file));
  assert.equal([result.recorded, result.skipped], [1, 2]);
});

test('refuses a log that contradicts what is recorded, with the place, and records nothing of it', async () => {
  const store = memory();
  await withLog(log(trace('7', lines(...submitted))), (file) => importInto(store, file));
  const later = lines(...submitted, 'A_DECLINED').map((line) => ({ ...line, at: line.at.replace('2012', '2013') }));
  const error = await withLog(log(trace('7', later)), (file) => importInto(store, file)).catch(
    (thrown: unknown) => thrown,
  );
  assert.instance(error, LogConflictError);
  const { code, line, column, found, wanted } = error as LogConflictError;
  assert.equal([code, line, column], ['LOG_CONFLICT', 7, 1]);
  assert.match(found, '2013-01-02T08:00:00.000Z');
  assert.match(wanted, 'ApplicationSubmitted of 2012-01-02T08:00:00.000Z');
  assert.is((await recordedIn(store)).length, 2);
});

test('begins no further application when one has failed, and finishes those on their way', async () => {
  const store = memory();
  await withLog(log(trace('7', lines(...submitted))), (file) => importInto(store, file));
  const contradicting = lines(...submitted).map((line) => ({ ...line, at: line.at.replace('2012', '2013') }));
  const others = Array.from({ length: 100 }, (_, index) => trace(`1${index}`, lines(...submitted, 'A_DECLINED')));
  const mixed = log(...others.slice(0, 1), trace('7', contradicting), ...others.slice(1));
  await withLog(mixed, (file) => importInto(store, file, { inFlight: 2 })).catch(() => {});
  assert.is((await recordedIn(store)).length, 2 + 3, 'the one beside it, whole, and none behind it');
});

test('goes on without a step that the rules refuse, says which, and does not record it later either', async () => {
  const work = 'W_Afhandelen leads';
  const untidy = log(trace('7', lines(...submitted, `${work} START`, `${work} SCHEDULE`, 'A_ACTIVATED')));
  const store = memory();
  await withLog(untidy, async (file) => {
    const first = await importInto(store, file);
    assert.equal([first.recorded, first.refused], [3, 2]);
    assert.equal(
      first.refusals.map(({ code, place, application }) => [application, place.line, code]),
      [
        ['7', 9, 'WORK_NOT_PLANNED'],
        ['7', 11, 'WRONG_STATUS'],
      ],
    );
    // By now the work is planned, and its start would be accepted: after what followed it.
    const second = await importInto(store, file);
    assert.equal([second.recorded, second.skipped, second.refused], [0, 4, 1]);
  });
  assert.is((await recordedIn(store)).length, 3);
});

test('what no command can be made of is refused like what the rules refuse', async () => {
  const store = memory();
  const result = await withLog(log(trace('no number', lines(...submitted))), (file) => importInto(store, file));
  assert.equal([result.recorded, result.refused, result.refusals[0]?.code], [0, 2, 'VALIDATION']);
});

test('keeps what stands before a fault of the file, and goes on when it is mended', async () => {
  const good = sample;
  const faultAt = good.indexOf('<trace>', good.length / 2);
  const broken = `${good.slice(0, faultAt)}<trace <${good.slice(faultAt + 1)}`;
  const line = good.slice(0, faultAt).split('\n').length;
  await withFolder(async (folder) => {
    const [store, file] = [memory(), join(folder, 'log.xes')];
    await writeFile(file, broken);
    const error = await importInto(store, file).catch((thrown: unknown) => thrown);
    assert.instance(error, LogFormatError);
    assert.equal([(error as LogFormatError).code, (error as LogFormatError).line], ['LOG_MALFORMED', line]);
    const before = good.slice(0, faultAt).match(/<event>/g)?.length;
    assert.is((await recordedIn(store)).length, before, 'every application before the fault, whole');
    await writeFile(file, good);
    assert.is((await importInto(store, file)).skipped, before);
    await assertAllOfSample(store);
  });
});

test('a store that fails ends the import with its error, and the next run goes on', async () => {
  const kept = memory();
  const { store, attempts } = watchedAppends(kept, { failAfter: 500 });
  const error = await importSample(store).catch((thrown: unknown) => thrown);
  assert.instance(error, StoreFailedError);
  const recorded = (await recordedIn(kept)).length;
  assert.is(recorded, 500);
  assert.ok(attempts() <= 500 + 64, 'no further application was begun');
  assert.is((await importSample(kept)).skipped, 500);
  await assertAllOfSample(kept);
});

test('an imported application can be worked on, and looked at as it was', async () => {
  const store = memory();
  await importSample(store);
  await using app = await openLoanDesk(store, []);
  const [first] = await recordedIn(store);
  const number = first?.split(' ')[0] ?? '';
  const submission = new Date(first?.split(' ')[3] ?? '');
  const then = await app.load(LoanApplication, number, { at: submission });
  assert.is(then.status, 'submitted');
  const before = await app.load(LoanApplication, number, { at: new Date(submission.getTime() - 1) });
  assert.is(before.exists, false);
});

test.run();

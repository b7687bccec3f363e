import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApplication, Documents, DomainEvent, eventData, On, Projection } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ForeignLogError, lookInto } from '../src/desk-file.ts';
import { importLog } from '../src/import/import-log.ts';
import { openLoanDesk } from '../src/loan-desk.ts';
import { lines, log, trace, withFolder, withLog } from './log-files.ts';

@DomainEvent('SeatBooked')
class SeatBooked {}

@Projection('seats')
class Seats extends Documents<object> {
  @On(SeatBooked)
  booked() {
    this.put('seat', {});
  }
}

async function append(file: string, stream: string, type: string): Promise<void> {
  const { events, close } = await sqlite(file).open();
  await events.append(stream, [eventData(type, {})], { expectedRevision: 'no_stream' });
  await close();
}

async function importInto(file: string): Promise<void> {
  await using app = await openLoanDesk(sqlite(file));
  await withLog(log(trace('7', lines('A_SUBMITTED', 'A_PARTLYSUBMITTED'))), (text) => importLog(app, text));
}

/** It is refused for what was found, and not a byte of it is changed. */
async function assertRefused(file: string, found: string): Promise<void> {
  const digest = async () =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  const before = await digest();
  const error = await lookInto(sqlite(file), file).catch((thrown: unknown) => thrown);
  assert.instance(error, ForeignLogError);
  const { code, message, wanted, ...facts } = error as ForeignLogError;
  assert.equal([code, facts.file, facts.found], ['FOREIGN_LOG', file, found]);
  assert.match(message, `${file} holds the log of another application: found ${found}, wanted ${wanted}`);
  assert.is(await digest(), before);
}

test("refuses a file with another application's log, and changes nothing in it", async () => {
  await withFolder(async (folder) => {
    const [bank, jobs] = [join(folder, 'bank.db'), join(folder, 'jobs.db')];
    await append(bank, 'account-42', 'AccountOpened');
    await assertRefused(bank, "'AccountOpened' of 'account-42' as event 1");
    await append(jobs, 'application-7', 'JobAppliedFor');
    await assertRefused(jobs, "'JobAppliedFor' of 'application-7' as event 1");
  });
});

test('refuses one that others have written into as well, and an empty log with read models of others', async () => {
  await withFolder(async (folder) => {
    const [mixed, empty] = [join(folder, 'mixed.db'), join(folder, 'empty.db')];
    await importInto(mixed);
    await append(mixed, 'account-42', 'AccountOpened');
    await assertRefused(mixed, "'AccountOpened' of 'account-42' as event 3");
    const theatre = await createApplication({ store: sqlite(empty), events: [SeatBooked], projections: [Seats] });
    await theatre.stop();
    await assertRefused(empty, "the read model 'seats'");
  });
});

test('takes its own file, also before the first event, and says whether an application is in it', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'loans.db');
    const desk = await openLoanDesk(sqlite(file));
    await desk.stop();
    assert.equal(await lookInto(sqlite(file), file), { begun: false, hasApplication: false });
    await importInto(file);
    assert.equal(await lookInto(sqlite(file), file, '7'), { begun: true, hasApplication: true });
    assert.equal(await lookInto(sqlite(file), file, '8'), { begun: true, hasApplication: false });
  });
});

test.run();

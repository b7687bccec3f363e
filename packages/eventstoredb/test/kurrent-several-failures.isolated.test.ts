/** Appends to several streams through `@kurrent/kurrentdb-client`, to servers that fail meanwhile. */
import assert from 'node:assert/strict';
import { OutcomeUnknownError } from '@tidemark/core';
import { test } from 'uvu';
import { any, errorOf, numbered } from './adapter/saying.ts';
import { assertStoredOnce, both, opened, servers, to } from './kurrent-opened.ts';

test.after(() => servers.end());

const faults = ['neverAnswer', 'commitWithoutAcknowledging'] as const;
for (const fault of faults) {
  test(`${fault}: with expected revisions it is tried again, and stored once`, async () => {
    await using log = await opened({ timeout: 500 });
    const { events, address } = log;
    await servers.fault(address, fault, { calls: ['appendSession'], times: 1 });
    const appends = both();
    const results = await events.appendToStreams(appends);
    assert.deepEqual(
      results.map(({ revision }) => revision),
      [1, 1],
    );
    await assertStoredOnce(events, appends);
  });

  test(`${fault}: with \`any\` for one of them its outcome is unknown, and it is not tried again`, async () => {
    await using log = await opened({ timeout: 500 });
    const { events, address } = log;
    const { appendSession } = await servers.seenCalls(address);
    await servers.fault(address, fault, { calls: ['appendSession'], times: 1 });
    const appends = [to('account-1', numbered(1)), to('account-2', numbered(1), 'any')];
    const error: unknown = await errorOf(events.appendToStreams(appends));
    assert.ok(error instanceof OutcomeUnknownError, String(error));
    assert.equal(error.streamName, "account-1', 'account-2");
    assert.equal((await servers.seenCalls(address)).appendSession, appendSession + 1);
    if (fault === 'commitWithoutAcknowledging') await assertStoredOnce(events, appends);
    else assert.equal(await events.head(), 0);
  });
}

test('one of them has a tombstone when it is tried again: nobody knows what the attempt before has done', async () => {
  await using log = await opened({ timeout: 500 });
  const { events, address } = log;
  await events.append('account-2', numbered(1), any);
  await events.tombstoneStream('account-2');
  await servers.fault(address, 'neverAnswer', { calls: ['appendSession'], times: 1 });
  const appends = [to('account-1', numbered(1)), to('account-2', numbered(1), 0)];
  assert.equal((await errorOf(events.appendToStreams(appends)))['code'], 'OUTCOME_UNKNOWN');
  assert.equal((await errorOf(events.appendToStreams(appends)))['code'], 'STREAM_DELETED');
});

test('a node that is not ready, or has too much to do, has not stored it: it is tried again with `any`, too', async () => {
  await using log = await opened();
  const { events, address } = log;
  for (const fault of ['answerNotReady', 'answerTooBusy'] as const)
    await servers.fault(address, fault, { calls: ['appendSession'], times: 1 });
  const appends = both(any.expectedRevision);
  await events.appendToStreams(appends);
  await assertStoredOnce(events, appends);
});

test('a node that does not lead is left for another, and the append is made there', async () => {
  await using log = await opened();
  const { events, address } = log;
  await servers.fault(address, 'answerNotLeader', { calls: ['appendSession'], times: 1 });
  const appends = both(any.expectedRevision);
  await events.appendToStreams(appends);
  await assertStoredOnce(events, appends);
  assert.equal((await events.condition?.())?.reconnections, 1);
});

test('a server that is killed and started again under writers of several streams loses and doubles nothing', async () => {
  await using log = await opened({ timeout: 1_000 });
  const { events, address } = log;
  const written = Array.from({ length: 60 }, (_, index) => [
    to(`left-${index}`, numbered(2)),
    to(`right-${index}`, numbered(1)),
  ]);
  const writing = Promise.all(written.map((appends) => events.appendToStreams(appends)));
  await servers.restart(address);
  await writing;
  for (const appends of written) await assertStoredOnce(events, appends);
});

test.run();

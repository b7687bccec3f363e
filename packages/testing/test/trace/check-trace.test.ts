/** What is a violation, and what is not: traces by hand, each with the one thing that it is about. */
import assert from 'node:assert/strict';
import {
  DomainEvent,
  type EventPages,
  EventRegistry,
  eventData,
  memory,
  type StoredEvent,
  upcast,
} from '@tidemark/core';
import { ConsumerTrace, checkTrace, countedId, InvariantError, type LoggedEvent } from '@tidemark/testing';
import { suite } from 'uvu';
import { found, logged, logOf, seenAt } from './small-log.ts';

const test = suite('the check of a trace');

/** A trace in words: `3` saw position 3, `c3` committed it, `r3` began again behind it, `r` from the start, `x` was reset. */
function traceOf(words: string, name?: string): ConsumerTrace {
  const trace = new ConsumerTrace({ name });
  for (const word of words.split(' ')) {
    const place = Number(word.slice(1));
    if (word === 'x') trace.reset();
    else if (word.startsWith('c')) trace.committed(place);
    else if (word === 'r') trace.restarted();
    else if (word.startsWith('r')) trace.restarted(place);
    else trace.seen(seenAt(Number(word)));
  }
  return trace;
}

const five = logOf(5);
const finds = (
  title: string,
  words: string | readonly string[],
  ...violations: readonly [string, number | undefined][]
) =>
  test(title, async () => {
    const traces = [words].flat().map((each, index) => traceOf(each, `${index + 1}`));
    assert.deepEqual(await found(traces, five), violations);
  });

finds('passes a consumer that saw everything in order', '1 2 3 4 5 c5');
finds('passes one that ended early', '1 2 3');
finds('passes one that began again from its checkpoint', '1 2 3 c2 r2 3 4 c4 r4 5');
finds('passes one that was built anew', '1 2 3 c3 x 1 2 c2 r2 3');
finds('passes two that took turns', ['1 2 c2 r4 5 c5', 'r2 3 4 c4']);
finds('passes one that stands by and commits nothing', ['1 2 3 c3 4 c4', '1 2 r3 r4']);
finds('passes a commit that nobody lived to record', ['1 2 c2 3 4', 'r4 5']);

finds('finds an event out of order', '1 3 2 4', ['OUT_OF_ORDER', 2]);
finds('finds an event that was skipped', '1 2 4 5', ['EVENT_SKIPPED', 3]);
finds('finds an event that was skipped and committed over', '1 3 c3', ['EVENT_SKIPPED', 2]);
finds('finds an event that was skipped where a run begins', '1 2 c2 r2 4', ['EVENT_SKIPPED', 3]);
finds('finds an event that came twice', '1 2 2 3', ['DELIVERED_TWICE', 2]);
finds('finds an event that came again later', '1 2 3 1', ['DELIVERED_TWICE', 1]);
finds('finds an event from behind the checkpoint', '1 2 c2 r2 2 3', ['DELIVERED_BEHIND_CHECKPOINT', 2]);
finds('finds a checkpoint that moved back', '1 2 3 c3 c2', ['CHECKPOINT_BACKWARDS', 2]);
finds('finds a checkpoint that was back after a restart', '1 2 3 c3 r2 3', ['CHECKPOINT_BACKWARDS', 2]);
finds('finds a checkpoint that was lost', '1 2 3 c3 r 1', ['CHECKPOINT_BACKWARDS', 0]);
finds('finds a checkpoint before its event', '1 2 c3 3 4', ['CHECKPOINT_AHEAD', 3]);
finds(
  'tells what a checkpoint covers from what it does not',
  '1 3 5 c3 2 4',
  ['CHECKPOINT_AHEAD', 2],
  ['OUT_OF_ORDER', 4],
);
finds('finds a checkpoint on an event that never came', '1 2 c3', ['CHECKPOINT_AHEAD', 3]);
finds('finds a checkpoint beyond the log', '1 2 3 4 5 c6', ['CHECKPOINT_AHEAD', 6]);
finds('finds a run behind events that nobody saw', ['1 2 c2', 'r4 5'], ['CHECKPOINT_AHEAD', 3]);
finds(
  'finds a run behind events of one who was not at the checkpoint',
  ['1 2 c2', '1 2 3 4', 'r4 5'],
  ['CHECKPOINT_AHEAD', 3],
);
finds('finds a run behind an event more than anybody saw', ['1 2 c2 3', 'r4 5'], ['CHECKPOINT_AHEAD', 3]);
finds('finds once where a checkpoint came from', ['1 2 c2', 'r4 5', 'r4 5'], ['CHECKPOINT_AHEAD', 3]);
finds('finds two leaders that committed the same events', ['1 2 3 c3', '1 2 c2'], ['COMMITS_OVERLAP', 1]);
finds('finds two leaders that overlap in part', ['1 2 3 c3', 'r2 3 4 c4'], ['COMMITS_OVERLAP', 3]);

test('finds an event of another id, and one where the log has none', async () => {
  const trace = new ConsumerTrace();
  trace.seen({ position: 1, eventId: countedId(99) });
  trace.seen(seenAt(2));
  trace.seen({ position: 7, eventId: countedId(7) });
  assert.deepEqual(await found(trace, five), [
    ['WRONG_EVENT', 1],
    ['WRONG_EVENT', 7],
  ]);
});

test('finds a checkpoint that names another event', async () => {
  const trace = traceOf('1 2');
  trace.committed({ position: 2, eventId: countedId(3) });
  trace.restarted({ position: 2, eventId: countedId(2) });
  assert.deepEqual(await found(trace, five), [['WRONG_EVENT', 2]]);
});

test('finds an event that does not match the filter, and wants no other than those that do', async () => {
  const log = [logged(1), logged(2, 'Other'), logged(3)];
  const filter = { types: ['Wanted'], categories: ['a'] };
  assert.deepEqual(await found(traceOf('1 3 c3'), log, { filter }), []);
  assert.deepEqual(await found(traceOf('1 2 3'), log, { filter }), [['UNWANTED_EVENT', 2]]);
});

test('lets a checkpoint pass by what nobody wants', async () => {
  const log = [logged(1, 'Other'), logged(2, 'Other'), logged(3)];
  const filter = { types: ['Wanted'] };
  assert.deepEqual(await found(traceOf('r1 3'), log, { filter }), []);
  assert.deepEqual(await found(traceOf('c2 3 c3'), log, { filter, upTo: 3 }), []);
  assert.deepEqual(await found(traceOf('r1 3'), log), [
    ['EVENT_SKIPPED', 2],
    ['CHECKPOINT_AHEAD', 1],
  ]);
});

test('finds what is missing up to where the consumer has to be: committed where it commits', async () => {
  assert.deepEqual(await found(traceOf('1 2 3'), five, { upTo: 3 }), []);
  assert.deepEqual(await found(traceOf('1 2 3'), five, { upTo: 4 }), [['INCOMPLETE', 4]]);
  assert.deepEqual(await found(traceOf('1 2 3 c2'), five, { upTo: 3 }), [['INCOMPLETE', 3]]);
  assert.deepEqual(await found(new ConsumerTrace(), five, { upTo: 1 }), [['INCOMPLETE', 1]]);
  assert.deepEqual(await found(traceOf('1 2 3 4 5 c5 x 1 2 c2'), five, { upTo: 5 }), [['INCOMPLETE', 3]]);
});

test('begins behind a place where it is told so', async () => {
  assert.deepEqual(await found(traceOf('3 4'), five, { after: 2, upTo: 4 }), []);
  assert.deepEqual(await found(traceOf('r3 4'), five, { after: 2 }), [['CHECKPOINT_AHEAD', 3]]);
  assert.deepEqual(await found(traceOf('1 2 3'), five, { after: 2 }), [
    ['DELIVERED_BEHIND_CHECKPOINT', 1],
    ['DELIVERED_BEHIND_CHECKPOINT', 2],
  ]);
});

test('lets events pass that were rolled back with their append, and nothing else', async () => {
  const trace = new ConsumerTrace();
  trace.seen(seenAt(1));
  trace.committed(1);
  trace.seen({ position: 2, eventId: countedId(99) });
  trace.seen(seenAt(2));
  trace.committed(2);
  assert.deepEqual(await found(trace, five, { transactional: true }), []);
  assert.deepEqual(
    (await found(trace, five)).map(([code]) => code),
    ['WRONG_EVENT', 'DELIVERED_TWICE'],
  );
  trace.seen({ position: 3, eventId: countedId(98) });
  trace.committed(3);
  assert.deepEqual(await found(trace, five, { transactional: true }), [['CHECKPOINT_AHEAD', 3]]);
});

test('tells apart the builds of a model that several processes make', async () => {
  const [first, second] = [new ConsumerTrace(), new ConsumerTrace({ build: 4 })];
  for (const trace of [first, second]) {
    trace.seen(seenAt(1));
    trace.committed(1);
  }
  assert.deepEqual(await found([first, second], five), []);
  first.reset(4);
  first.restarted(1);
  first.seen(seenAt(2));
  const { builds, checkpoint, runs } = await checkTrace([first, second], five);
  assert.deepEqual({ builds, checkpoint, runs }, { builds: 2, checkpoint: 1, runs: 3 });
  assert.throws(() => first.reset(4), { code: 'INVALID_ARGUMENT' });
});

test('knows gaps between positions', async () => {
  const log = [logged(10), logged(200), logged(3_000)];
  const trace = traceOf('10');
  trace.committed(150);
  trace.seen(seenAt(200));
  trace.committed(200);
  assert.deepEqual(await found(trace, log), []);
  trace.committed(2_999);
  assert.deepEqual(await found(trace, log, { upTo: 2_999 }), []);
  trace.committed(3_000);
  assert.deepEqual(await found(trace, log), [['CHECKPOINT_AHEAD', 3_000]]);
});

test('counts what it checked', async () => {
  const report = await checkTrace([traceOf('1 2 c2 3 4'), traceOf('r4 5', 'b'), traceOf('r4 5 c5 r5', 'c')], five, {
    upTo: 5,
  });
  assert.deepEqual(report, {
    ...{ traces: 3, runs: 4, delivered: 6, redelivered: 1, commits: 2 },
    ...{ unrecordedCommits: 1, builds: 1, checkpoint: 5, cut: [] },
  });
});

test('lists the first violations, each with what was found and wanted, and counts the others', async () => {
  const log = logOf(60);
  const error = await checkTrace(traceOf('60', 'mailer'), log).catch((reason: unknown) => reason);
  assert.ok(error instanceof InvariantError);
  assert.deepEqual([error.total, error.violations.length], [59, 20]);
  assert.deepEqual(error.violations[0], {
    code: 'EVENT_SKIPPED',
    where: "trace 'mailer', run 1",
    position: 1,
    found: 'position 60 without it',
    wanted: `event ${countedId(1)}`,
  });
  assert.match(
    error.message,
    /^59 violations found:\n {2}EVENT_SKIPPED at position 1 \(trace 'mailer', run 1\): found/,
  );
  assert.match(error.message, /and 39 more$/);
});

test('refuses no trace, a filter that is none, and a log out of order', async () => {
  const trace = new ConsumerTrace();
  const refused = { code: 'INVALID_ARGUMENT' };
  await assert.rejects(checkTrace([], five), refused);
  await assert.rejects(checkTrace(trace, five, { filter: { types: [] } }), refused);
  await assert.rejects(checkTrace(trace, five, { upTo: -1 }), refused);
  await assert.rejects(checkTrace(trace, five.toReversed()), refused);
});

@DomainEvent('Opened')
class Opened {}
@DomainEvent('Named')
class Named {
  constructor(readonly name: string) {}
}

test('reads a store, and sees split and dropped events as the application does', async () => {
  const { events } = await memory().open();
  const registry = new EventRegistry({
    events: [Opened, Named],
    upcasters: [
      upcast('OpenedAs', {
        from: 1,
        into: ['Opened', 'Named'],
        split: ({ name }) => [
          { type: 'Opened', data: {} },
          { type: 'Named', data: { name } },
          { type: 'Named', data: { name } },
        ],
      }),
      upcast('Closed', { from: 1, drop: true }),
    ],
  });
  const batch = [eventData('OpenedAs', { name: 'Ada' }), eventData('Closed', {}), eventData('Named', { name: 'Bo' })];
  await events.append('a-1', batch, { expectedRevision: 'no_stream' });
  const today: LoggedEvent[] = [];
  for await (const stored of events.readAll()) today.push(...registry.restore(stored));
  const filter = { types: ['Named'] };
  const trace = new ConsumerTrace();
  for (const event of today.filter(({ type }) => type === 'Named')) trace.seen(event);
  for (const { position, eventId } of today.slice(-1)) trace.committed({ position, eventId });
  assert.equal((await checkTrace(trace, events, { filter, registry, upTo: 3 })).delivered, 3);

  const [dropped] = await firstPage(events.readAll({ from: 2, limit: 1 }));
  const passing = new ConsumerTrace();
  for (const event of today.filter(({ type, position }) => type === 'Named' && position === 1)) passing.seen(event);
  passing.committed(dropped as StoredEvent);
  assert.equal((await checkTrace(passing, events, { filter, registry })).checkpoint, 2);

  const half = new ConsumerTrace();
  const [, first, second] = today as [LoggedEvent, LoggedEvent, LoggedEvent];
  half.seen(first);
  half.committed(1);
  half.seen(second);
  await assert.rejects(checkTrace(half, events, { filter, registry }), /CHECKPOINT_AHEAD at position 1/);
  await events.close();
});

async function firstPage(pages: EventPages): Promise<readonly StoredEvent[]> {
  for await (const page of pages.pages()) return page;
  return [];
}

test.run();

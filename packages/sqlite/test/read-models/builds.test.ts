/** Builds of read models, used through two connections to one file, as two processes do. */
import type { DeadLetter, ModelSession, ReadModelStore } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FaultPoint } from '../../src/index.ts';
import { any, numbered } from '../events.ts';
import { type Opened, opened } from '../opened.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';
import { balances, bare, change, checkpoint, document, serve, table } from './models.ts';

async function two(): Promise<{ ours: Opened; theirs: Opened; end(): Promise<void> }> {
  const file = temporaryFile();
  const ours = await opened(file);
  const theirs = await opened(file);
  const end = async () => {
    await Promise.all([ours.close(), theirs.close()]);
  };
  return { ours, theirs, end };
}

function letter(position: number, streamName = 'account-1'): DeadLetter {
  const place = { position, eventId: `event-${position}`, streamName, revision: position - 1 };
  return { ...place, type: 'Bad', error: position % 2 === 0 ? undefined : 'failed', attempts: 3, parkedAt: 1_000 };
}

function tablesIn({ db }: Opened): readonly unknown[] {
  return db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '*_[0-9]*' ORDER BY name`)
    .pluck()
    .all();
}

test('of two that begin one model at the same moment, both get the same build', async () => {
  const { ours, theirs, end } = await two();
  const shape = { indexes: ['owner'], tables: [table('rows')] };
  const builds = await Promise.all([ours, theirs, ours].map(({ readModels }) => readModels.begin(balances, shape)));
  assert.equal(builds, Array(3).fill({ ...balances, id: 1, state: 'building', checkpoint: undefined }));
  assert.equal(tablesIn(ours), ['documents_1', 'rows__1']);
  await end();
});

test('a build that was begun for another shape is dropped with all it held', async () => {
  const { ours, end } = await two();
  const first = await ours.readModels.begin(balances, { indexes: [], tables: [table('rows')] });
  await change(ours.readModels, first.id, (session) => session.park(letter(1)));
  const second = await ours.readModels.begin(balances, { indexes: ['owner'], tables: [table('others')] });
  assert.ok(second.id > first.id);
  assert.equal(tablesIn(ours), ['documents_2', 'others__2']);
  assert.is(ours.db.prepare('SELECT count(*) FROM dead_letters').pluck().get(), 0);
  await end();
});

test('which build is served is known at once, whoever changed it', async () => {
  const { ours, theirs, end } = await two();
  const served = () => [ours, theirs].map(({ readModels }) => readModels.served(balances));
  assert.equal(served(), [undefined, undefined]);
  const first = await serve(ours.readModels, balances);
  assert.equal(served(), [first.id, first.id]);
  const second = await serve(theirs.readModels, balances);
  assert.equal(served(), [second.id, second.id]);
  await ours.readModels.transact(second.id, { expected: undefined, run: () => checkpoint(4) });
  assert.equal(theirs.readModels.builds(), [{ ...second, checkpoint: checkpoint(4) }]);
  assert.equal(ours.readModels.builds(), theirs.readModels.builds());
  await ours.readModels.drop(second.id);
  assert.equal(served(), [undefined, undefined]);
  assert.equal(theirs.readModels.builds(), []);
  await end();
});

test('what a transaction changed is not remembered when it is rolled back', async () => {
  const failing = new Set<FaultPoint>();
  const at = (point: FaultPoint) => {
    if (failing.delete(point)) throw new RangeError(point);
  };
  const { readModels, close } = await opened(temporaryFile(), { faults: { at } });
  const build = await serve(readModels, balances);
  const before = readModels.builds();
  const failed = async (act: () => Promise<unknown>) => {
    failing.add('after-insert');
    await act().then(
      () => assert.unreachable('did not fail'),
      (error: unknown) => assert.instance(error, RangeError),
    );
    assert.equal(readModels.builds(), before);
    assert.is(readModels.served(balances), build.id);
  };
  await failed(() => readModels.begin({ name: 'other', version: 1 }, bare));
  await failed(() => readModels.transact(build.id, { expected: undefined, run: () => checkpoint(1) }));
  await failed(() => readModels.changeStates([{ id: build.id, from: 'served', to: 'kept' }]));
  await failed(() => readModels.drop(build.id));
  await close();
});

test('of several that begin in one transaction, none is remembered when its COMMIT fails', async () => {
  const { ours, end } = await two();
  const { readModels, connection } = ours;
  await serve(readModels, balances);
  const before = readModels.builds();
  const { commit } = connection;
  connection.commit = () => {
    connection.commit = commit;
    throw new RangeError('COMMIT failed');
  };
  // The last one finds what the one before has begun, and changes nothing more.
  const names = ['a', 'b', 'b'];
  const settled = await Promise.allSettled(names.map((name) => readModels.begin({ name, version: 1 }, bare)));
  assert.ok(settled.every(({ status }) => status === 'rejected'));
  assert.equal(readModels.builds(), before);
  await end();
});

test('a build that another process has dropped is gone for every reader, who had it in use', async () => {
  const { ours, theirs, end } = await two();
  const shape = { indexes: ['n'], tables: [table('rows')] };
  const fill = (session: ModelSession) => session.write('a', document({ n: 1 }));
  const { id } = await serve(ours.readModels, balances, { shape, fill });
  const query = { where: [], orderBy: 'n', direction: 'ascending', after: undefined, limit: 5 } as const;
  const reads: readonly ((store: ReadModelStore) => unknown)[] = [
    (store) => store.read(id, 'a'),
    (store) => store.scan(id, { limit: 5 }),
    (store) => store.count(id),
    (store) => store.count(id, [{ field: 'n', comparison: '=', value: 1 }]),
    (store) => store.find(id, query),
    (store) => store.parked(id),
    (store) => store.countParked(id),
    (store) => store.tableName(id, 'rows'),
    (store) => store.select(`SELECT * FROM "rows__${id}"`, []),
  ];
  for (const read of reads) read(ours.readModels);
  await theirs.readModels.drop(id);
  for (const read of reads) await refused('BUILD_GONE', () => read(ours.readModels));
  // Also for one who never used it.
  for (const read of reads) await refused('BUILD_GONE', () => read(theirs.readModels));
  await refused('BUILD_GONE', () => change(ours.readModels, id, () => {}));
  await end();
});

test('of two that apply a batch at the same moment, one does, and the other is told where it stands', async () => {
  const { ours, theirs, end } = await two();
  const { id } = await serve(ours.readModels, balances);
  const batch = ({ readModels }: Opened, key: string) =>
    readModels.transact(id, {
      expected: undefined,
      run: (session) => {
        session.write(key, document(key));
        return checkpoint(1);
      },
    });
  const settled = await Promise.allSettled([batch(ours, 'ours'), batch(theirs, 'theirs')]);
  const rejected = settled.filter((each) => each.status === 'rejected') as readonly PromiseRejectedResult[];
  assert.is(rejected.length, 1);
  assert.is(rejected[0]?.reason.code, 'CHECKPOINT_FENCED');
  assert.is(ours.readModels.count(id), 1);
  await end();
});

test('what run throws is thrown as it is, nothing of it stays, and it is run once: neighbours do not have it again', async () => {
  const { ours, end } = await two();
  const { readModels, snapshots } = ours;
  const { id } = await serve(readModels, balances);
  const thrown = Object.freeze({ not: 'an error' });
  const runs: string[] = [];
  const run = (name: string, error?: unknown) =>
    change(readModels, id, (session) => {
      runs.push(name);
      session.write(name, document(1));
      if (error !== undefined) throw error;
    });
  const snapshot = {
    streamName: 's',
    kind: 'k',
    fingerprint: 'f',
    revision: 1,
    position: 1,
    eventId: 'e',
    state: '{}',
  };
  const unfit = { indexes: [], tables: [table('rows', 'id TEXT PRIMARY')] };
  const outcomes = await Promise.allSettled([
    ...[run('first'), snapshots.save(snapshot), run('bad', thrown), run('last')],
    readModels.begin({ name: 'unfit', version: 1 }, unfit),
  ]);
  assert.equal(
    outcomes.slice(0, 4).map((each) => (each.status === 'rejected' ? each.reason : 'stored')),
    ['stored', 'stored', thrown, 'stored'],
  );
  assert.is((outcomes[4] as PromiseRejectedResult).reason.code, 'CONFIGURATION');
  assert.is((outcomes[2] as PromiseRejectedResult).reason, thrown);
  assert.equal(runs, ['first', 'bad', 'last']);
  assert.equal(
    readModels.scan(id, { limit: 9 }).map(({ key }) => key),
    ['first', 'last'],
  );
  await end();
});

test('a session that was kept cannot be used when its transaction is over, and neither can its statements', async () => {
  const { ours, end } = await two();
  const { id } = await serve(ours.readModels, balances, { shape: { indexes: [], tables: [table('rows')] } });
  let kept: ModelSession | undefined;
  await change(ours.readModels, id, (session) => {
    kept = session;
  });
  const session = kept as ModelSession;
  let statement: ReturnType<ModelSession['statement']> | undefined;
  await change(ours.readModels, id, (later) => {
    statement = later.statement(`INSERT INTO ${later.tableName('rows')} VALUES (?, 1)`);
  });
  const uses: readonly (() => unknown)[] = [
    () => session.read('a'),
    () => session.write('a', null),
    () => session.tableName('rows'),
    () => session.statement('SELECT 1'),
    () => session.guarded(() => 1),
    () => session.park(letter(1)),
    () => session.unpark(1),
    () => session.parkedIn('account-1'),
    () => statement?.run('late'),
    () => statement?.get('late'),
    () => statement?.all('late'),
  ];
  for (const use of uses) {
    const { message } = await refused('CLOSED', use);
    assert.match(message, `the session of build ${id}`);
  }
  assert.equal(ours.readModels.select('SELECT * FROM rows', []), []);
  await end();
});

test('an event parked twice is parked once; letters are in order of position, as their transaction sees them', async () => {
  const { ours, theirs, end } = await two();
  const { id } = await serve(ours.readModels, balances);
  await change(ours.readModels, id, (session) => {
    for (const position of [7, 2, 5]) session.park(letter(position));
    session.park(letter(3, 'account-2'));
    session.park({ ...letter(5), attempts: 9 });
    session.unpark(2);
    session.unpark(99);
    assert.equal(session.parkedIn('account-1'), [{ ...letter(5), attempts: 9 }, letter(7)]);
    assert.equal(session.parkedIn('account-3'), []);
  });
  assert.equal(theirs.readModels.parked(id), [letter(3, 'account-2'), { ...letter(5), attempts: 9 }, letter(7)]);
  await end();
});

test('two of one version cannot be served, and two that change places can', async () => {
  const { ours, end } = await two();
  const { readModels } = ours;
  const first = await serve(readModels, balances);
  const second = await readModels.begin(balances, bare);
  await refused('INVALID_ARGUMENT', () => readModels.changeStates([{ id: second.id, from: 'building', to: 'served' }]));
  const states = () => readModels.builds().map(({ id, state }) => `${id} ${state}`);
  assert.equal(states(), ['1 served', '2 building']);
  await readModels.changeStates([
    { id: second.id, from: 'building', to: 'served' },
    { id: first.id, from: 'served', to: 'building' },
  ]);
  assert.equal(states(), ['1 building', '2 served']);
  await refused('BUILD_GONE', () => readModels.changeStates([{ id: 1, from: 'served', to: 'kept' }]));
  await refused('BUILD_GONE', () => readModels.changeStates([{ id: 9, from: 'served', to: 'kept' }]));
  await end();
});

test('who waits is woken by what is committed here and elsewhere, and not by a read that finds nothing new', async () => {
  const { ours, theirs, end } = await two();
  const { readModels } = ours;
  const { id } = await serve(readModels, balances);
  const never = new AbortController().signal;
  const woken = async (act: () => Promise<unknown>) => {
    const seen = readModels.seen();
    const waiting = readModels.wait(seen, never);
    await act();
    await waiting;
    assert.ok(readModels.seen() > seen);
  };
  await woken(() => change(readModels, id, (session) => session.write('a', document(1))));
  await woken(() => change(theirs.readModels, id, (session) => session.write('a', document(2))));
  await woken(() => theirs.readModels.drop(id));
  // Which took more than one commit.
  readModels.builds();
  const seen = readModels.seen();
  readModels.builds();
  await ours.events.append('account-1', numbered(1), any);
  assert.is(readModels.seen(), seen, 'an append has nothing to do with it');
  const ending = readModels.wait(seen, never);
  await end();
  await ending;
});

test('a commit of a read model does not wake who waits for events', async () => {
  const { ours, end } = await two();
  const { id } = await serve(ours.readModels, balances);
  const seen = ours.file.seen();
  await change(ours.readModels, id, (session) => session.write('a', document(1)));
  assert.is(ours.file.seen(), seen);
  await end();
});

test.run();

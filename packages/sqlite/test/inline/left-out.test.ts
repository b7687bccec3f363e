// timeout: 300s
/** A process appends that does not know an inline projection: what one that does makes of it, and when it is killed there. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../../src/index.ts';
import { OtherProcess } from '../other-process.ts';
import { Together } from '../processes/application-process.ts';
import { checkReadModels } from '../processes/read-models.ts';

const test = suite('what was left out of an inline projection');
let together: Together;
let watching: OtherProcess;
test.before.each(() => {
  together = new Together();
  watching = new OtherProcess();
});
test.after.each(async () => {
  await Promise.all([together.end(), watching.kill()]);
});

const of = ['totals'] as const;

/** The log's last position and the projection's checkpoint, in one reading. */
const places = `SELECT (SELECT max(position) FROM events), (SELECT position FROM builds WHERE name = 'totals')`;

/** Three events are applied; nobody leads the projection any more, so that only appends take anything in. */
async function withoutLeader() {
  const first = await together.start(of, { trace: 'first' });
  await first.ask('append', 'account-1', 3);
  await first.ask('stop');
  const stores = await sqlite(together.file).open();
  const lease = await stores.leases.acquire('projection totals@1', 'nobody', 600_000);
  assert.ok(lease, 'the lease is not free');
  await stores.close();
}

async function knowing(trace: string) {
  const started = await together.start(of, { trace });
  assert.is((await started.ask('health', 'totals')).state, 'standby');
  return started;
}

/** From several streams, in several appends, and more than one page of them. */
async function leaveOut(): Promise<number> {
  const unknowing = await together.start([]);
  let position = 0;
  for (let index = 0; index < 30; index += 1) {
    position = await unknowing.ask('append', `account-${index % 4}`, 10, index % 5 === 4 ? 'Noted' : 'Deposited');
  }
  return position;
}

test('is applied first, in order and in the transaction of the next append by one that knows it', async () => {
  await withoutLeader();
  const appending = await knowing('second');
  const left = await leaveOut();
  assert.is((await appending.ask('health', 'totals')).position, 3);
  await watching.ask('watch', together.file, places);
  assert.is(await appending.ask('append', 'account-1', 2), left + 2);
  // Seen as soon as it is acknowledged.
  assert.is((await appending.ask('document', 'totals', 'account-1'))?.position, left + 2);
  const { rows } = await watching.ask('watched');
  assert.equal(rows, [
    [left, 3],
    [left + 2, left + 2],
  ]);
  const { delivered, redelivered } = await together.checkTraces('totals');
  assert.equal([delivered, redelivered], [3 + 240 + 2, 0]);
  await together.look((stores) => checkReadModels(stores, { of }));
});

test('is not half applied by a process that is killed at it, and applied by the next', async () => {
  await withoutLeader();
  const left = await leaveOut();
  const killed = await knowing('killed');
  await killed.ask('dieAt', { lane: 'durable', point: 'after-insert', count: 1 });
  killed.ask('append', 'account-1', 2).catch(() => {});
  await killed.ended();
  const found = await together.look(async ({ events, readModels }) => [
    await events.head(),
    readModels.builds().map(({ checkpoint }) => checkpoint?.position),
  ]);
  assert.equal(found, [left, [3]]);
  // This one dies when all of it is committed, and cannot say so.
  const silent = await knowing('silent');
  await silent.ask('dieAt', { lane: 'durable', point: 'after-commit', count: 1 });
  silent.ask('append', 'account-2', 2).catch(() => {});
  await silent.ended();
  const last = await knowing('last');
  assert.is((await last.ask('health', 'totals')).position, left + 2);
  assert.is(await last.ask('append', 'account-1', 1), left + 3);
  const { unrecordedCommits } = await together.checkTraces('totals');
  assert.is(unrecordedCommits, 1);
  await together.look((stores) => checkReadModels(stores, { of }));
});

test.run();

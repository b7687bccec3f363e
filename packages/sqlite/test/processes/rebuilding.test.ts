// timeout: 300s
/** A rebuild whose process is killed, while others write and read: what is read was complete once, at every moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OtherProcess } from '../other-process.ts';
import { Together } from './application-process.ts';
import { checkReadModels, models } from './read-models.ts';

const test = suite('a rebuild');
let together: Together;
let foreign: OtherProcess;
test.before.each(() => {
  together = new Together();
  foreign = new OtherProcess();
});
test.after.each(async () => {
  await Promise.all([together.end(), foreign.kill()]);
});

/** By how many events the view of each differs from the log up to its checkpoint, in one reading. */
const differences = `SELECT ${[
  ['balances', `sum(json ->> '$.events') FROM balances`],
  ['totals', `sum(json ->> '$.events') FROM totals`],
  ['ledger', 'sum(events) FROM entries'],
]
  .map(
    ([name, view]) => `(SELECT ${view}) - (
      SELECT count(*) FROM events JOIN types ON types.id = type_id WHERE types.name = 'Deposited'
      AND position <= (SELECT position FROM builds WHERE builds.name = '${name}' AND state = 'served'))`,
  )
  .join()}`;

test('that is killed under load is resumed by another process; no reader ever sees less than all of it', async () => {
  const building = await together.start(models);
  for (let stream = 0; stream < 8; stream += 1) await building.ask('append', `account-${stream}`, 1_500);
  for (const model of models) await building.ask('caughtUp', model, 12_000);
  const [reading, writing] = [await together.start(models), await together.start(['totals'])];
  await foreign.ask('watch', together.file, differences);
  const over = together.flag('over');
  const working = [writing.ask('appendUntil', over.path, 'written'), reading.ask('readUntil', over.path)] as const;
  await together.look(async ({ readModels }) => {
    const unfinished = () => readModels.builds().filter(({ state }) => state === 'building');
    // By transactions and not by time: of those that fill, there are at least six for each.
    await building.ask('dieAt', { lane: 'relaxed', point: 'after-insert', count: 14 });
    building.ask('rebuild', models).catch(() => {});
    await building.ended();
    const left = unfinished();
    const part = Math.max(...left.map(({ checkpoint }) => checkpoint?.position ?? 0));
    assert.ok(left.length > 0 && part > 0, 'it was over before it could be killed');
    while (unfinished().length > 0) await sleep(20);
    const ids = left.map(({ id }) => id);
    const finished = readModels.builds().filter(({ id, state }) => ids.includes(id) && state === 'served');
    assert.equal(
      finished.map(({ id }) => id),
      ids,
      'another build was begun',
    );
  });
  over.raise();
  assert.ok((await working[0]) > 0);
  const { reads, broken } = await working[1];
  assert.equal(broken, []);
  const found = await foreign.ask('watched');
  assert.equal(found.rows, [[0, 0, 0]]);
  assert.ok(reads > 3 && found.reads > 10, `read ${reads} times, and ${found.reads} times by SQL`);
  const last = await writing.ask('append', 'account-1');
  for (const model of models) await reading.ask('caughtUp', model, last);
  await together.look((stores) => checkReadModels(stores));
});

test.run();

// timeout: 300s
/** Old code and new code in processes of their own on one file, as while a new version is rolled out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OtherProcess } from '../other-process.ts';
import { Together } from './application-process.ts';
import { checkReadModels, models } from './read-models.ts';

const test = suite('two versions');
let together: Together;
let foreign: OtherProcess;
test.before.each(() => {
  together = new Together();
  foreign = new OtherProcess();
});
test.after.each(async () => {
  await Promise.all([together.end(), foreign.kill()]);
});

/** The newest version that is served, and what the views say of an account with one deposit of 1: which code made it. */
const served = `SELECT (SELECT max(version) FROM builds WHERE name = 'ledger' AND state = 'served'),
  (SELECT balance FROM entries WHERE stream = 'probe-1')`;

test('each keep their own read models while both append; the new one switches, and the old one never back', async () => {
  const old = await together.start(models, { trace: 'old' });
  await old.ask('append', 'probe-1');
  await old.ask('append', 'account-1', 2_000);
  await foreign.ask('watch', together.file, served);
  const over = together.flag('over');
  const working = [old.ask('appendUntil', over.path, 'old'), old.ask('readUntil', over.path)] as const;
  const next = await together.start(models, { version: 2, trace: 'next' });
  for (const model of models) await next.ask('ready', model);
  const newWorking = [next.ask('appendUntil', over.path, 'next'), next.ask('readUntil', over.path)] as const;
  // Old code starts once more, where it was not yet replaced.
  const restarted = await together.start(models, { trace: 'restarted' });
  const position = await restarted.ask('append', 'account-1');
  for (const one of [old, next, restarted]) for (const model of models) await one.ask('caughtUp', model, position);
  const values = await Promise.all(
    [old, next, restarted].map(async (one) => (await one.ask('document', 'balances', 'probe-1'))?.balance),
  );
  assert.equal(values, [1, 100, 1]);
  over.raise();
  for (const [appending, reading] of [working, newWorking]) {
    assert.ok((await appending) > 0);
    const { reads, broken } = await reading;
    assert.equal(broken, []);
    assert.ok(reads > 0);
  }
  const { rows } = await foreign.ask('watched');
  assert.equal(rows, [
    [1, 1],
    [2, 100],
  ]);
  const last = await old.ask('append', 'account-1');
  for (const one of [old, next]) for (const model of models) await one.ask('caughtUp', model, last);
  await together.look(async (stores) => {
    const builds = stores.readModels.builds().map(({ name, version, state }) => `${name} ${version} ${state}`);
    const each = models.flatMap((model) => [`${model} 1 served`, `${model} 2 served`]);
    assert.equal(builds.toSorted(), each.toSorted());
    for (const version of [1, 2]) await checkReadModels(stores, { version });
  });
  for (const model of models) {
    await together.checkTraces(model, ['old', 'restarted']);
    await together.checkTraces(model, ['next']);
  }
});

test.run();

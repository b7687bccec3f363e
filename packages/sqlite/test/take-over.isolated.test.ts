// timeout: 240s
/** Of several processes that know a projection one leads: what happens when it dies, or stands still and wakes again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApplicationProcess, Together } from './processes/application-process.ts';
import { checkReadModels, type Model } from './processes/read-models.ts';

const test = suite('a leader');
let together: Together;
test.before.each(() => {
  together = new Together();
});
test.after.each(() => together.end());

/** Behind the log; the one inside of appends needs no leader for what is appended. */
const models = ['balances', 'ledger'] as const;
/** In ms: the lease and a look, and three times that where the machine has more to do. */
const stated = 3_250;
const patience = 3 * stated;

async function twoProcesses() {
  const leader = await together.start(models, { trace: 'leader' });
  await leader.ask('append', 'account-1', 20);
  for (const model of models) await leader.ask('caughtUp', model, 20);
  const other = await together.start(models, { trace: 'other' });
  for (const model of models) assert.is(await stateOf(other, model), 'standby');
  return { leader, other };
}

async function stateOf(one: ApplicationProcess, model: Model): Promise<string | undefined> {
  return (await one.ask('health', model)).state;
}

/** Appends, and measures until all of it is applied, by whomever. */
async function takenOver(other: ApplicationProcess, what: string): Promise<number> {
  const begun = performance.now();
  const position = await other.ask('append', 'account-2', 20);
  for (const model of models) await other.ask('caughtUp', model, position);
  const took = performance.now() - begun;
  console.log(`${what}: another took over within ${Math.round(took)} ms`);
  assert.ok(took < patience, `it took ${took} ms, stated are ${stated}`);
  return position;
}

async function assertNothingTwice(): Promise<void> {
  for (const model of models) {
    const { redelivered } = await together.checkTraces(model);
    assert.is(redelivered, 0, `${model}: ${redelivered} events were handled again`);
  }
  await together.look((stores) => checkReadModels(stores, { of: models }));
}

test('that is killed is followed within the time of its lease, and nothing is skipped or applied twice', async () => {
  const { leader, other } = await twoProcesses();
  await leader.kill();
  await takenOver(other, 'killed');
  for (const model of models) assert.is(await stateOf(other, model), 'live');
  await assertNothingTwice();
});

test('that is frozen is followed, too; woken, it stands by, says so, and commits nothing', async () => {
  const { leader, other } = await twoProcesses();
  await leader.ask('watchChanges', 'balances');
  await leader.ask('append', 'account-1');
  await leader.ask('caughtUp', 'balances', 21);
  const told = (await leader.ask('changed')).map(({ kind, position }) => `${kind} ${position}`);
  assert.equal(told, ['change 21']);
  await together.freeze(leader);
  // Not before it is applied, also where it concerns nobody but stands behind what does.
  const unapplied = await other.ask('append', 'account-2');
  const behind = await other.ask('append', 'account-2', 1, 'Noted');
  for (const position of [unapplied, behind]) {
    const early = await other.ask('caughtUp', 'balances', position, 200).catch(({ code }) => code as string);
    assert.is(early, 'CAUGHT_UP_TIMEOUT');
  }
  await takenOver(other, 'frozen');
  leader.wake();
  // What it finds when it wakes is done already; this is done by the other.
  const last = await leader.ask('append', 'account-3', 20);
  for (const model of models) {
    await leader.ask('caughtUp', model, last);
    for (let since = performance.now(); (await stateOf(leader, model)) !== 'standby'; await sleep(20))
      assert.ok(performance.now() - since < patience, `${model} is ${await stateOf(leader, model)}`);
    assert.is(await stateOf(other, model), 'live');
  }
  const changes = await leader.ask('changed');
  assert.ok(changes.length > 0 && changes.every(({ kind }) => kind === 'reset'), JSON.stringify(changes));
  assert.is(changes.at(-1)?.position, last);
  await assertNothingTwice();
});

test('is waited for in the process that stands by, for what concerns nobody as well', async () => {
  const { leader, other } = await twoProcesses();
  for (const [by, count] of [
    [leader, 1],
    [other, 30],
  ] as const) {
    const applied = await by.ask('append', 'account-4', count);
    await other.ask('caughtUp', 'balances', applied, 5_000);
    assert.is((await other.ask('document', 'balances', 'account-4'))?.position, applied);
    const noted = await by.ask('append', 'account-4', count, 'Noted');
    for (const model of models) await other.ask('caughtUp', model, noted, 5_000);
    assert.is((await other.ask('health', 'balances')).position, noted);
  }
  await assertNothingTwice();
});

test.run();

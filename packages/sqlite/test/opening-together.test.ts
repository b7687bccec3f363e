/** Several processes that open, create or migrate one file at the same moment. */
import Database from 'better-sqlite3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OtherProcess } from './other-process.ts';
import { temporaryFile } from './temporary.ts';

const together = suite('opening together');
const processes: OtherProcess[] = [];
together.before(() => {
  processes.push(...Array.from({ length: 3 }, () => new OtherProcess()));
});
together.after(async () => {
  for (const each of processes) await each.kill();
});

together('all of them open a file that none of them found', async () => {
  for (let round = 0; round < 5; round += 1) {
    const file = temporaryFile();
    const ids = await Promise.all(processes.map((each) => each.ask('open', file)));
    assert.is(new Set(ids).size, 1, 'found several logs');
    await Promise.all(processes.map((each, index) => each.ask('append', `account-${index}`, 3)));
    const logs = await Promise.all(processes.map((each) => each.ask('places')));
    for (const log of logs) assert.equal(log, logs[0]);
    assert.is(logs[0]?.length, 9);
    await Promise.all(processes.map((each) => each.ask('close')));
  }
});

together('two make a file at the same instant, fifty times: both get it, and it is one log', async () => {
  const [first, second] = processes as [OtherProcess, OtherProcess];
  for (let round = 0; round < 50; round += 1) {
    const file = temporaryFile();
    const [ours, theirs] = await Promise.all([first.ask('open', file), second.ask('open', file)]);
    assert.is(ours, theirs);
    const noStream = { expectedRevision: 'no_stream' } as const;
    await Promise.all([first.ask('append', 'a-1', 1, noStream), second.ask('append', 'a-2', 1, noStream)]);
    assert.is((await first.ask('places')).length, 2);
    await Promise.all([first.ask('close'), second.ask('close')]);
  }
});

together('one opens while another, the last, closes', async () => {
  const file = temporaryFile();
  const [first, second] = processes as [OtherProcess, OtherProcess];
  await first.ask('open', file);
  for (let round = 0; round < 10; round += 1) {
    await first.ask('append', 'account-1', 1);
    await Promise.all([first.ask('close'), second.ask('open', file)]);
    await second.ask('append', 'account-1', 1);
    await Promise.all([second.ask('close'), first.ask('open', file)]);
  }
  assert.is((await first.ask('places')).length, 20);
  await first.ask('close');
  const db = new Database(file, { readonly: true });
  assert.is(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
});

together.run();

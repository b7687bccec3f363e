/** Two processes with one file: what one knows of it is never older than what the other has written. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../src/index.ts';
import { all, any, noStream, numbered, places } from './events.ts';
import { opened } from './opened.ts';
import { OtherProcess } from './other-process.ts';
import { refused } from './refusals.ts';
import { temporaryFile } from './temporary.ts';

const two = suite('two processes');
let other: OtherProcess;
two.before(() => {
  other = new OtherProcess();
});
two.after(() => other.kill());

async function shared() {
  const file = temporaryFile();
  const stores = await opened(file);
  await other.ask('open', file);
  return {
    ...stores,
    async end() {
      await other.ask('close');
      await stores.close();
    },
  };
}

two('both write at once, each one by one and in groups: nothing is lost, doubled or left out', async () => {
  const { events, end } = await shared();
  const ours = async (streamName: string) => {
    for (let number = 0; number < 60; number += 1) {
      await events.append(streamName, numbered(1, number), {
        expectedRevision: number === 0 ? 'no_stream' : number - 1,
      });
    }
  };
  await Promise.all([
    ...[1, 2, 3].map((index) => ours(`ours-${index}`)),
    ...[1, 2, 3].map((index) => other.ask('appendOneByOne', `theirs-${index}`, 60)),
  ]);
  const log = await all(events.readAll());
  assert.equal(
    log.map(({ position }) => position),
    Array.from({ length: 360 }, (_, index) => index + 1),
  );
  for (const name of ['ours-1', 'ours-2', 'ours-3', 'theirs-1', 'theirs-2', 'theirs-3']) {
    const revisions = log.filter(({ streamName }) => streamName === name).map(({ revision }) => revision);
    assert.equal(
      revisions,
      Array.from({ length: 60 }, (_, index) => index),
    );
  }
  assert.equal(await other.ask('places'), await places(events));
  await end();
});

two('of two that create one stream, one does', async () => {
  const { events, end } = await shared();
  for (let index = 0; index < 20; index += 1) {
    const name = `account-${index}`;
    const settled = await Promise.allSettled([
      events.append(name, numbered(1), noStream),
      other.ask('append', name, 1, { expectedRevision: 'no_stream' }),
    ]);
    const codes = settled.map((each) =>
      each.status === 'fulfilled' ? 'stored' : (each.reason as { code: string }).code,
    );
    assert.equal(codes.sort(), ['WRONG_EXPECTED_REVISION', 'stored']);
  }
  assert.is(await events.head(), 20);
  await end();
});

two('a head that is remembered here is forgotten when the other has written', async () => {
  const { events, end } = await shared();
  await events.append('account-1', numbered(1), noStream);
  assert.ok(events.isUnchanged('account-1', 0));
  await other.ask('append', 'account-1', 1, { expectedRevision: 0 });
  assert.not(events.isUnchanged('account-1', 0));
  const error = await refused('WRONG_EXPECTED_REVISION', () =>
    events.append('account-1', numbered(1), { expectedRevision: 0 }),
  );
  assert.is(error['actual'], 1);
  await events.append('account-1', numbered(1), { expectedRevision: 1 });
  await other.ask('append', 'account-1', 1, { expectedRevision: 2 });
  await other.ask('deleteStream', 'account-1');
  await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
  await end();
});

two('a stream that the other wrote to, and not this one, is unknown and not called unchanged', async () => {
  const { events, end } = await shared();
  await other.ask('append', 'account-1', 1);
  assert.not(events.isUnchanged('account-1', 0));
  await all(events.readStream('account-1'));
  assert.ok(events.isUnchanged('account-1', 0));
  await other.ask('append', 'account-2', 1);
  assert.not(events.isUnchanged('account-1', 0), 'trusted what it had not looked at again');
  await end();
});

two('names that the other was first to use are read, filtered by and written', async () => {
  const { events, end } = await shared();
  const filter = { types: ['Theirs'], categories: ['theirs'] };
  assert.equal(await all(events.readAll({ filter })), []);
  await other.ask('append', 'theirs-1', 2, { type: 'Theirs' });
  const read = (await all(events.readAll({ filter }))).map(({ type, category, streamName }) => [
    type,
    category,
    streamName,
  ]);
  assert.equal(read, Array(2).fill(['Theirs', 'theirs', 'theirs-1']));
  await events.append('theirs-2', numbered(1, 0, 'Theirs'), noStream);
  await other.ask('append', 'theirs-2', 1, { type: 'Theirs', expectedRevision: 0 });
  assert.is((await all(events.readAll({ filter }))).length, 4);
  await end();
});

two('a process that dies in the middle of a transaction leaves nothing of it, and its lock', async () => {
  const file = temporaryFile();
  const dying = new OtherProcess();
  const { events, close } = await sqlite(file).open();
  await events.append('account-1', numbered(1), any);
  await dying.ask('lock', file);
  const writing = events.append('account-1', numbered(1, 1), any);
  await dying.kill();
  await writing;
  assert.equal(await places(events), ['account-1:0', 'account-1:1']);
  await close();
});

two.run();

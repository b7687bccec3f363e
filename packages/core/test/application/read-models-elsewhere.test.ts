// timeout: 300s
import assert from 'node:assert/strict';
import { type Clock, createApplication, memory, type StoreProvider } from '@tidemark/core';
import { applicationConformance } from '@tidemark/testing';
import { suite } from 'uvu';
import { withReadModels } from '../../src/application/with-read-models.ts';
import { Account, Balances, OpenAccount } from '../fixtures/bank.ts';

const test = suite('read models in another store than the events');

test('the option takes them there, and nothing of them is in the store of the events', async () => {
  const [store, readModels] = [memory(), memory()];
  const app = await createApplication({ store, readModels, aggregates: [Account], projections: [Balances] });
  await app.caughtUp(Balances, await app.execute(OpenAccount, { accountId: 'ada', owner: 'Ada' }));
  assert.equal((await app.documents(Balances).get('ada'))?.owner, 'Ada');
  assert.equal((await app.health()).store, 'memory, read models in memory');
  await app.stop();
  const [events, models] = await Promise.all([store.open(), readModels.open()]);
  assert.equal(events.readModels.builds().length, 0);
  assert.deepEqual(
    models.readModels.builds().map(({ name, checkpoint }) => [name, checkpoint?.position]),
    [['balances', 1]],
  );
  assert.equal(await models.events.head(), 0);
});

test('what is no provider is refused, and a store of read models that does not open closes the other', async () => {
  const wrong = createApplication({ store: memory(), readModels: 'read.db' as never });
  await assert.rejects(wrong, /readModels: found "read\.db", wanted memory\(\), sqlite\(file\)/);
  let closed = 0;
  const inner = memory();
  const store: StoreProvider = {
    description: 'watched',
    open: async () => {
      const stores = await inner.open();
      const close = async () => {
        closed += 1;
        await stores.close();
      };
      return { ...stores, close };
    },
  };
  const broken: StoreProvider = { description: 'broken', open: () => Promise.reject(new RangeError('no room')) };
  await assert.rejects(createApplication({ store, readModels: broken }), /no room/);
  assert.equal(closed, 1);
});

const elsewhere = (clock: Clock) => withReadModels(memory({ clock }), memory({ clock }));
/** The rules that read models have a part in. */
const ofReadModels =
  /: (inline projections|parked events|rebuilding|versions|several runners|questions to documents): /;
applicationConformance({ name: 'memory, read models elsewhere', provide: elsewhere }, (title, run) => {
  if (ofReadModels.test(title)) test(title, run);
});

test.run();

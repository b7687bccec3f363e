/** What others' commands were seen to do: each title tells the failure, each check shows that it does not happen here. */
import assert from 'node:assert/strict';
import { eventData } from '@tidemark/core';
import { all, any, inTime, nextTurn, range, refused } from '../conformance/language.ts';
import type { ShopRules } from './shop.ts';
import { OpenTill, Sell, Sold, Till, TillOpened } from './till.ts';

const tillId = 'hall';

export const commandsOfOthers: ShopRules = {
  'ten commands on ten streams were decided one after the other': async ({ start }) => {
    let deciding = 0;
    const allTogether = gate();
    const during = () => {
      deciding += 1;
      if (deciding === 10) allTogether.open();
      return allTogether.opened;
    };
    const app = await start({ services: { during } });
    const commands = range(10).map((number) => app.execute(Sell, { tillId: `till-${number}`, amount: 1 }));
    await inTime(Promise.all(commands), 'ten commands that wait for one another');
  },

  'the writer was held while a command was decided': async ({ start }) => {
    const held = gate();
    const app = await start({ services: { during: () => held.opened } });
    const other = await start();
    const selling = app.execute(Sell, { tillId, amount: 1 });
    for (const _ of range(3)) await nextTurn();
    await inTime(app.eventStore.append('other-1', [eventData('Noted', {})], any), 'an append beside a command');
    await inTime(other.execute(Sell, { tillId: 'attic', amount: 1 }), 'a command of another process');
    held.open();
    await selling;
  },

  'of 1,500 commands at once 499 were rejected': async ({ start }) => {
    const app = await start();
    await Promise.all(range(1_500).map((number) => app.execute(Sell, { tillId: `till-${number % 500}`, amount: 1 })));
    for (const number of [0, 250, 499]) assert.equal((await app.load(Till, `till-${number}`)).sales, 3);
  },

  'a command that recorded 3,300 events had too many variables': async ({ start }) => {
    const app = await start();
    const { revision, returned } = await app.execute(Sell, { tillId, amount: 2, times: 3_300 });
    assert.deepEqual([revision, returned], [3_299, 6_600]);
    assert.equal((await app.load(Till, tillId)).total, 6_600);
  },

  'an expected revision on a missing stream was a SyntaxError, and was not decided again': async ({ start }) => {
    let decided = 0;
    const during = () => {
      decided += 1;
    };
    const app = await start({ services: { during } });
    const error = await refused('WRONG_EXPECTED_REVISION', () =>
      app.execute(Sell, { tillId, amount: 1 }, { expectedRevision: 5 }),
    );
    assert.deepEqual([error['expected'], error['actual'], decided], [5, undefined, 0]);
    await refused('STREAM_NOT_FOUND', () => all(app.history(Till, tillId)));
  },

  'one command, sent twice, gave two events': async ({ start }) => {
    const [app, other] = [await start(), await start()];
    const first = await app.execute(Sell, { tillId, amount: 5 }, { commandId: 'c-1' });
    for (const again of [app, other]) {
      assert.deepEqual(await again.execute(Sell, { tillId, amount: 5 }, { commandId: 'c-1' }), {
        ...first,
        repeated: true,
      });
    }
    assert.equal((await all(app.history(Till, tillId))).length, 1);
  },

  'one command, sent ten times at once to two processes, gave more than one event': async ({ start }) => {
    const apps = [await start(), await start()];
    const sending = range(10).map((number) =>
      apps[number % 2]?.execute(Sell, { tillId, amount: 5 }, { commandId: 'c-1' }),
    );
    const receipts = await Promise.all(sending);
    assert.deepEqual(receipts.map((receipt) => receipt?.repeated).filter((repeated) => !repeated).length, 1);
    assert.deepEqual(new Set(receipts.map((receipt) => receipt?.revision)), new Set([0]));
  },

  'two processes decided on one state, and one decision was lost': async ({ start }) => {
    const apps = [await start(), await start()];
    const selling = range(40).map(async (number) => {
      await apps[number % 2]?.execute(Sell, { tillId, amount: 1 });
    });
    await Promise.all(selling);
    for (const app of apps) assert.equal((await app.load(Till, tillId)).total, 40);
    const revisions = (await all(apps[0]?.history(Till, tillId) ?? nothing())).map(({ revision }) => revision);
    assert.deepEqual(revisions, range(40));
  },

  'Date, bigint and Map came back as text, text and an empty object': async ({ start }) => {
    const at = new Date('2026-02-28T23:59:59.999Z');
    const limits = new Map([['sale', 2n ** 64n]]);
    const app = await start();
    await app.execute(OpenTill, { tillId }, { occurredAt: at });
    for (const amount of range(3)) await app.execute(Sell, { tillId, amount });
    await app.stop();
    const later = await start();
    const { openedAt, limits: kept, total } = await later.load(Till, tillId);
    assert.deepEqual({ openedAt, kept, total }, { openedAt: at, kept: limits, total: 3 });
    const [opened] = await all(later.history(Till, tillId));
    assert.deepEqual(opened?.data, new TillOpened(at, limits));
  },

  "a handler's error ended the application": async ({ start }) => {
    const errors = [new RangeError('at once'), new RangeError('later')];
    const during = async ({ amount }: Sell) => {
      if (amount === 13) throw errors[0];
      if (amount === 14) await nextTurn().then(() => Promise.reject(errors[1]));
    };
    const app = await start({ services: { during } });
    await assert.rejects(app.execute(Sell, { tillId, amount: 13 }), errors[0]);
    await assert.rejects(app.execute(Sell, { tillId, amount: 14 }), errors[1]);
    const { revision, events } = await app.execute(Sell, { tillId, amount: 1 });
    assert.deepEqual([revision, events.map(({ data }) => data)], [0, [new Sold(1)]]);
  },

  'a refused command left its changes in the cached state': async ({ start }) => {
    const during = ({ times, amount }: Sell) => {
      if (amount === 13 && times !== undefined) throw new RangeError('unlucky');
    };
    const app = await start({ services: { during } });
    await app.execute(Sell, { tillId, amount: 1 });
    await assert.rejects(app.execute(Sell, { tillId, amount: Number.NaN }), { code: 'NOT_SERIALIZABLE' });
    await assert.rejects(app.execute(Sell, { tillId, amount: 13, times: 2 }), /unlucky/);
    assert.equal((await app.execute(Sell, { tillId, amount: 1 })).returned, 2);
  },
};

/** Something that several wait for. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

async function* nothing(): AsyncGenerator<never> {}

import assert from 'node:assert/strict';
import type { Snapshot } from '@tidemark/core';
import type { Rules } from './rule.ts';

export const snapshots: Rules = {
  'loads what was saved': async ({ snapshots: store, openAnother, reopen }) => {
    assert.equal(await store.load('account-1', 'Account@1'), undefined);
    await store.save(snapshot(9));
    assert.deepEqual(await store.load('account-1', 'Account@1'), snapshot(9));
    assert.deepEqual(await (await openAnother()).snapshots.load('account-1', 'Account@1'), snapshot(9));
    assert.deepEqual(await (await reopen()).snapshots.load('account-1', 'Account@1'), snapshot(9));
  },

  'a later one replaces an older one': async ({ snapshots: store }) => {
    await store.save(snapshot(9));
    await store.save(snapshot(19));
    assert.deepEqual(await store.load('account-1', 'Account@1'), snapshot(19));
  },

  'an older one of the same fingerprint is ignored': async ({ snapshots: store }) => {
    await store.save(snapshot(19));
    await store.save(snapshot(9));
    assert.deepEqual(await store.load('account-1', 'Account@1'), snapshot(19));
  },

  'one of another fingerprint replaces it, older or later': async ({ snapshots: store }) => {
    await store.save(snapshot(19));
    await store.save(snapshot(9, { fingerprint: 'new code' }));
    assert.deepEqual(await store.load('account-1', 'Account@1'), snapshot(9, { fingerprint: 'new code' }));
    await store.save(snapshot(29, { fingerprint: 'newer code' }));
    assert.equal((await store.load('account-1', 'Account@1'))?.revision, 29);
  },

  'streams and kinds stand side by side': async ({ snapshots: store }) => {
    const several = [
      snapshot(1),
      snapshot(2, { kind: 'Account@2' }),
      snapshot(3, { streamName: 'account-2' }),
      snapshot(4, { streamName: 'Account-1' }),
    ];
    for (const one of several) await store.save(one);
    for (const one of several) assert.deepEqual(await store.load(one.streamName, one.kind), one);
    await store.remove('account-1', 'Account@1');
    assert.deepEqual(
      await Promise.all(several.map(async ({ streamName, kind }) => (await store.load(streamName, kind))?.revision)),
      [undefined, 2, 3, 4],
    );
  },

  'a removed one is gone, and may be saved anew': async ({ snapshots: store }) => {
    await store.remove('account-1', 'Account@1');
    await store.save(snapshot(9));
    await store.remove('account-1', 'Account@1');
    assert.equal(await store.load('account-1', 'Account@1'), undefined);
    await store.save(snapshot(4));
    assert.equal((await store.load('account-1', 'Account@1'))?.revision, 4);
  },

  'a state of a megabyte is loaded as it was saved': async ({ snapshots: store }) => {
    const large = snapshot(1, { state: `{"json":"${'ü😀\\n'.repeat(150_000)}"}` });
    await store.save(large);
    assert.ok((await store.load('account-1', 'Account@1'))?.state === large.state, 'another state');
  },

  'what is given can be changed afterwards': async ({ snapshots: store }) => {
    const given = snapshot(9);
    await store.save(given);
    Object.assign(given, { state: 'changed' });
    assert.deepEqual(await store.load('account-1', 'Account@1'), snapshot(9));
  },
};

function snapshot(revision: number, differing: Partial<Snapshot> = {}): Snapshot {
  return {
    streamName: 'account-1',
    kind: 'Account@1',
    fingerprint: 'code',
    revision,
    position: revision + 1,
    eventId: `event ${revision}`,
    state: `{"json":"{\\"balance\\":${revision}}"}`,
    ...differing,
  };
}

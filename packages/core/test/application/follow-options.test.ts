/** Whoever follows the log hears at once of options that cannot be meant. */
import assert from 'node:assert/strict';
import { createApplication, memory } from '@tidemark/core';
import { test } from 'uvu';

test('following with what are no options, or no filter, is refused', async () => {
  const app = await createApplication({ store: memory() });
  const wrong = { code: 'INVALID_ARGUMENT' };
  for (const bad of [
    null,
    'end',
    7,
    { after: -1 },
    { after: null },
    { after: 'start' },
    { signal: 'stop' },
    { afer: 1 },
  ]) {
    const options = bad as unknown as object;
    assert.throws(() => app.subscribe({}, () => {}, options), wrong, JSON.stringify(bad));
    assert.throws(() => app.events({}, options), wrong);
    assert.throws(() => app.events$({}, options), wrong);
  }
  for (const bad of [null, 'Ticked', { types: 'Ticked' }, { types: null }, { type: ['Ticked'] }]) {
    const filter = bad as unknown as object;
    assert.throws(() => app.subscribe(filter, () => {}), wrong, JSON.stringify(bad));
    assert.throws(() => app.events(filter), wrong);
    assert.throws(() => app.events$(filter), wrong);
  }
  assert.deepEqual((await app.health()).consumers, []);
  await app.stop();
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { callersFor } from '../src/callers.ts';

test('a caller that is refused asks again for the same, and each refusal is counted', async () => {
  const asked: [caller: number, answered: number][] = [];
  const { given, refused } = await callersFor(50, 2, async (caller, answered) => {
    asked.push([caller, answered]);
    if (caller === 1) throw new Error('busy');
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  const refusals = asked.filter(([caller]) => caller === 1);
  assert.ok(refusals.length > 1);
  assert.ok(refusals.every(([, answered]) => answered === 0));
  assert.is(refused, refusals.length);
  assert.equal(given, [asked.length - refused, 0]);
});

test.run();

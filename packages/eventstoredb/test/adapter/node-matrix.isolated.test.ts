// timeout: 900s
/** Each fault of a node with each operation, on real nodes or on test servers in processes of their own. */
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { cells, type Strike, strikesOn, struck } from '../nodes/matrix.ts';
import { nodeFaults, notReal, sizes, startNodes } from '../nodes/target.ts';

if (notReal !== undefined) {
  const { __tidemarkSkip: skip } = globalThis as { __tidemarkSkip?: (title: string, reason: string) => void };
  skip?.('each fault with each operation, on real nodes', notReal);
}

async function outcomes(size: number, strike: Strike): Promise<ReadonlyMap<string, unknown>> {
  await using nodes = await startNodes(size);
  return await struck(nodes, strike);
}

for (const size of sizes) {
  for (const strike of strikesOn(size, nodeFaults)) {
    // Struck once, for all of them.
    let all: ReturnType<typeof outcomes> | undefined;
    for (const { title } of cells) {
      test(`${title}: ${strike.title}`, async () => {
        all ??= outcomes(size, strike);
        const ended = await all;
        assert.ok(ended.has(title));
        if (ended.get(title) !== undefined) throw ended.get(title);
      });
    }
  }
}

test.run();

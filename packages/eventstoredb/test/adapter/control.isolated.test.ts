// timeout: 900s
/** Each node is killed and frozen, one after the other: real ones, or test servers in processes of their own. */
import { test } from 'uvu';
import { nodeFaults, notReal, sizes, startNodes } from '../nodes/target.ts';
import { assertWholeUnderFaults } from './failing-nodes.ts';

const title = 'nodes are killed and frozen: nothing acknowledged is lost, nothing skipped, nothing twice';

if (notReal !== undefined) {
  const { __tidemarkSkip: skip } = globalThis as { __tidemarkSkip?: (title: string, reason: string) => void };
  skip?.(`real ${title}`, notReal);
}

for (const size of sizes) {
  test(`${size} ${title}`, async () => {
    await using nodes = await startNodes(size);
    await assertWholeUnderFaults(nodes, nodeFaults);
  });
}

test.run();

// timeout: 600s
/**
 * Real nodes are killed and frozen where TIDEMARK_EVENTSTOREDB_CONTROL is an executable for that, called as
 * `control kill|freeze|thaw|start NODE` (deploy/control.sh). TIDEMARK_EVENTSTOREDB_NODES names the nodes, joined by commas;
 * default: `single`, or `node1`, `node2` … where the connection string has several hosts. TIDEMARK_EVENTSTOREDB_FAULTS says
 * what is done to them; default: `kill,freeze`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import { parseConnectionString } from '../../src/connection-string.ts';
import { realServer } from '../target.ts';
import { assertWholeUnderFaults, type NodeFault } from './failing-nodes.ts';

const { TIDEMARK_EVENTSTOREDB_CONTROL: executable, ...env } = process.env;
const title = 'nodes are killed and frozen: nothing acknowledged is lost, nothing skipped, nothing twice';

const address = realServer;
if (address === undefined || executable === undefined) {
  const { __tidemarkSkip: skip } = globalThis as { __tidemarkSkip?: (title: string, reason: string) => void };
  skip?.(title, 'TIDEMARK_EVENTSTOREDB and TIDEMARK_EVENTSTOREDB_CONTROL are not both set');
} else {
  const faults = (env['TIDEMARK_EVENTSTOREDB_FAULTS'] ?? 'kill,freeze').split(',');
  test(title, async () => {
    for (const fault of faults) assert.match(fault, /^(kill|freeze)$/, `TIDEMARK_EVENTSTOREDB_FAULTS: found ${fault}`);
    await assertWholeUnderFaults({
      address,
      names: env['TIDEMARK_EVENTSTOREDB_NODES']?.split(',') ?? usualNames(address),
      faults: faults as NodeFault[],
      goneFor: 4_000,
      patience: 60_000,
      control: (action, node) => {
        const { status, stderr, error } = spawnSync(executable, [action, node], { encoding: 'utf8' });
        assert.equal(status, 0, `${executable} ${action} ${node}: ${error ?? stderr}`);
      },
    });
  });
}

function usualNames(address: string): readonly string[] {
  const hosts = parseConnectionString(address, {}).hosts.split(',');
  return hosts.length === 1 ? ['single'] : hosts.map((_, index) => `node${index + 1}`);
}

test.run();

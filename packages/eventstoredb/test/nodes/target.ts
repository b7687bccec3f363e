/**
 * The nodes that tests kill and freeze: real ones where TIDEMARK_EVENTSTOREDB_CONTROL is an executable for that, called as
 * `control kill|freeze|thaw|start NODE` (deploy/control.sh); otherwise test servers in processes of their own.
 * TIDEMARK_EVENTSTOREDB_NODES names the real ones, joined by commas, in the order of the connection string's hosts; default:
 * `single`, or `node1`, `node2` … where it has several. TIDEMARK_EVENTSTOREDB_FAULTS says what is done; default: `kill,freeze`.
 */
import assert from 'node:assert/strict';
import { parseConnectionString } from '../../src/connection-string.ts';
import { realServer } from '../target.ts';
import { act, type Nodes, startClusterProcess } from './cluster-process.ts';

export type NodeFault = 'kill' | 'freeze';

const { TIDEMARK_EVENTSTOREDB_CONTROL: executable, ...env } = process.env;

/** The real nodes, if there are some. */
const realNodes = realServer === undefined || executable === undefined ? undefined : nodesAt(realServer, executable);

export const nodeFaults: readonly NodeFault[] = (env['TIDEMARK_EVENTSTOREDB_FAULTS'] ?? 'kill,freeze')
  .split(',')
  .map((fault) => {
    assert.match(fault, /^(kill|freeze)$/, `TIDEMARK_EVENTSTOREDB_FAULTS: found ${fault}`);
    return fault as NodeFault;
  });

/** How many nodes there are, for each cluster that can be had. */
export const sizes: readonly number[] = realNodes === undefined ? [1, 3] : [realNodes.names.length];

/** Why the nodes are none of a real cluster, for the list of what was skipped. */
export const notReal =
  realNodes === undefined ? 'TIDEMARK_EVENTSTOREDB and TIDEMARK_EVENTSTOREDB_CONTROL are not both set' : undefined;

/** The real ones, or as many of one's own. */
export async function startNodes(size: number): Promise<Nodes & AsyncDisposable> {
  return realNodes ?? (await startClusterProcess({ size }));
}

function nodesAt(address: string, control: string): Nodes & AsyncDisposable {
  const hosts = parseConnectionString(address, {}).hosts.split(',');
  const usual = hosts.length === 1 ? ['single'] : hosts.map((_, index) => `node${index + 1}`);
  const names = env['TIDEMARK_EVENTSTOREDB_NODES']?.split(',') ?? usual;
  assert.equal(
    names.length,
    hosts.length,
    `TIDEMARK_EVENTSTOREDB_NODES: found ${names}, wanted one name for each host`,
  );
  return {
    address,
    names,
    goneFor: 4_000,
    patience: 90_000,
    control: (action, node) => act(control, { action, node }),
    [Symbol.asyncDispose]: async () => {},
  };
}

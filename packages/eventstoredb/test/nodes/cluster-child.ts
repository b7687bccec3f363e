/**
 * The nodes of a cluster, with their log, in a process of their own; they are reached through a front each, and hear from
 * it. A front that is killed is a node that is killed; one that says nothing is a node that the others let lead no longer.
 */
import net from 'node:net';
import { startTestCluster, type TestCluster, type TestClusterNode } from '../../src/test-server/index.ts';
import type { Issued } from '../test-server/certificate.ts';
import { makeUsed } from './used-server.ts';

export interface ClusterRequest {
  readonly names: readonly string[];
  readonly tls: Issued | undefined;
  /** Whether others have used it, and it has the events and the projections of a real server. */
  readonly isUsed: boolean;
}

export type ClusterMessage =
  | {
      readonly kind: 'reachable';
      readonly address: string;
      /** Where the fronts listen, what is behind them, and where they say that they live. */
      readonly fronts: readonly { readonly name: string; readonly port: number; readonly behind: number }[];
      readonly watch: number;
    }
  | { readonly kind: 'complete' };

const host = '127.0.0.1';
/** How long a front may say nothing, in ms. */
const longestSilence = 500;

process.once('message', (request: ClusterRequest) => {
  serve(request).catch((error) => {
    console.error(error);
    process.exit(1);
  });
});
process.once('disconnect', () => process.exit());

async function serve({ names, tls, isUsed }: ClusterRequest): Promise<void> {
  const advertisedPorts = await Promise.all(names.map(freePort));
  const cluster = await startTestCluster({ size: names.length, advertisedPorts, tls });
  if (isUsed) await makeUsed(cluster, tls);
  const watch = await watching(cluster, names);
  const fronts = names.map((name, index) => ({
    name,
    port: advertisedPorts[index] as number,
    behind: cluster.nodes[index]?.port as number,
  }));
  send({ kind: 'reachable', address: cluster.connectionString, fronts, watch });
}

function send(message: ClusterMessage): void {
  process.send?.(message);
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves with the port where the fronts say that they live. */
async function watching(cluster: TestCluster, names: readonly string[]): Promise<number> {
  const living = new Set<TestClusterNode>();
  const server = net.createServer((front) => {
    let node: TestClusterNode | undefined;
    let silence: NodeJS.Timeout | undefined;
    front.on('error', () => {});
    front.on('data', (data) => {
      if (node === undefined) {
        node = cluster.nodes[names.indexOf(String(data).split('\n')[0] ?? '')];
        if (node !== undefined && !node.isAlive) cluster.start(node).catch(fail);
      }
      if (node === undefined) return;
      const before = living.size;
      living.add(node);
      if (living.size === names.length && before < living.size) send({ kind: 'complete' });
      clearTimeout(silence);
      silence = setTimeout(isSilent, longestSilence, node);
    });
    front.on('close', () => {
      clearTimeout(silence);
      if (node === undefined) return;
      living.delete(node);
      cluster.kill(node).catch(fail);
    });
  });
  const isSilent = (node: TestClusterNode) => {
    living.delete(node);
    const next = cluster.nodes.find((other) => other.isAlive && living.has(other));
    if (cluster.leader === node && next !== undefined) cluster.moveLeader(next);
  };
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as net.AddressInfo).port;
}

function fail(error: unknown): never {
  throw error;
}

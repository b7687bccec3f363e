/** Nodes in processes, as a real cluster's are to a test: an address, names, and an executable that kills and freezes them. */
import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Issued } from '../test-server/certificate.ts';
import type { ClusterMessage, ClusterRequest } from './cluster-child.ts';

type NodeAction = 'kill' | 'freeze' | 'thaw' | 'start';

/** What can be killed and frozen. */
export interface Nodes {
  /** Of all of them. */
  readonly address: string;
  readonly names: readonly string[];
  /** How long a node is gone, in ms. */
  readonly goneFor: number;
  /** How long the others, or the node itself when it is back, may take to go on, in ms. */
  readonly patience: number;
  control(action: NodeAction, node: string): void;
}

export interface ClusterProcess extends Nodes, AsyncDisposable {
  /** With a file NODE.pid for each node, for `deploy/control.sh`. */
  readonly folder: string;
}

export interface ClusterProcessOptions {
  readonly size: number;
  readonly tls?: Issued;
  readonly isUsed?: boolean;
}

const executable = fileURLToPath(new URL('../../../../deploy/control.sh', import.meta.url));
const child = fileURLToPath(new URL('./cluster-child.ts', import.meta.url));
const front = fileURLToPath(new URL('./front-child.mjs', import.meta.url));

/** Resolves when all nodes answer. */
export async function startClusterProcess(options: ClusterProcessOptions): Promise<ClusterProcess> {
  const { size, tls, isUsed = false } = options;
  const names = size === 1 ? ['single'] : Array.from({ length: size }, (_, index) => `node${index + 1}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'tidemark-nodes-'));
  const control = (action: NodeAction, node: string) => act(executable, { action, node, folder });
  const process = fork(child, { execArgv: globalThis.process.execArgv });
  const stop = async () => {
    process.disconnect();
    // Also one that is frozen, which would not notice.
    for (const name of names) spawnSync(executable, ['kill', name], { env: environment(folder) });
    await rm(folder, { recursive: true, force: true });
  };
  const message = <K extends ClusterMessage['kind']>(kind: K) =>
    new Promise<Extract<ClusterMessage, { readonly kind: K }>>((resolve, reject) => {
      process.once('exit', (code) => reject(new Error(`the process of the nodes ended with ${code}`)));
      process.on('message', (given: ClusterMessage) => {
        if (given.kind === kind) resolve(given as Extract<ClusterMessage, { readonly kind: K }>);
      });
    });
  try {
    const reachable = message('reachable');
    process.send({ names, tls, isUsed } satisfies ClusterRequest);
    const { address, fronts, watch } = await reachable;
    const complete = message('complete');
    for (const { name, port, behind } of fronts) {
      const command = [globalThis.process.execPath, front, port, behind, watch, name]
        .map((word) => `'${word}'`)
        .join(' ');
      const script = `#!/bin/sh\n${command} > '${folder}/${name}.out' 2>&1 &\necho $! > '${folder}/${name}.pid'\n`;
      await writeFile(path.join(folder, `${name}.start`), script);
      await chmod(path.join(folder, `${name}.start`), 0o755);
      control('start', name);
    }
    await complete;
    return { address, names, folder, control, goneFor: 1_500, patience: 60_000, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Act {
  readonly action: NodeAction;
  readonly node: string;
  /** Where the processes' ids are; none for real nodes. */
  readonly folder?: string;
}

/** Calls what TIDEMARK_EVENTSTOREDB_CONTROL may be. */
export function act(control: string, { action, node, folder }: Act): void {
  const env = folder === undefined ? process.env : environment(folder);
  const { status, stderr, error } = spawnSync(control, [action, node], { env, encoding: 'utf8' });
  assert.equal(status, 0, `${control} ${action} ${node}: ${error ?? stderr}`);
}

function environment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, TIDEMARK_EVENTSTOREDB_PIDS: folder };
}

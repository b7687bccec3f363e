// timeout: 600s
/**
 * TIDEMARK_EVENTSTOREDB in each of its forms, with a used server behind it. A short part of what is bound to it runs,
 * and again on the same server; `npm run test:eventstoredb` runs it whole.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import { startClusterProcess } from './nodes/cluster-process.ts';
import { issued } from './test-server/certificate.ts';

const bound = ['real-server.test.ts', 'test-server/reading.test.ts', 'test-server/metadata.test.ts'];
const runner = fileURLToPath(new URL('../../../scripts/test.mjs', import.meta.url));

/** What the variable is, of where the nodes are; with a file for their certificate. */
const forms: Readonly<Record<string, { size: number; secure?: true; of(address: string, caFile: string): string }>> = {
  'one node': { size: 1, of: (address) => address },
  'three nodes, joined by commas': { size: 3, of: (address) => address },
  'a cluster to discover': { size: 3, of: (address) => address.replace('esdb:', 'esdb+discover:') },
  'TLS with a CA file, a user and a password': {
    size: 3,
    secure: true,
    of: (address, caFile) => `${address.replace('//', '//admin:changeit@')}&tlsCAFile=${encodeURIComponent(caFile)}`,
  },
};

for (const [name, { size, secure, of }] of Object.entries(forms)) {
  test(`what is bound to a server runs on ${name}${size === 1 ? ', and again on the same' : ''}`, async () => {
    const tls = secure && issued();
    await using nodes = await startClusterProcess({ size, isUsed: true, ...(tls && { tls }) });
    const caFile = path.join(nodes.folder, 'ca.crt');
    if (tls) fs.writeFileSync(caFile, tls.authority);
    const address = of(nodes.address, caFile);
    for (const round of size === 1 ? [1, 2] : [1]) {
      const { code, output } = await run(address);
      assert.equal(code, 0, `round ${round} on ${address}:\n${output}`);
      for (const file of bound) assert.ok(output.includes(`ok   packages/eventstoredb/test/${file} (`), output);
    }
  });
}

/** All of them in one process: to load what they need takes longer than they do. */
function run(address: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [runner, ...bound.map((file) => `packages/eventstoredb/test/${file}`)], {
      env: { ...process.env, TIDEMARK_EVENTSTOREDB: address },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

test.run();

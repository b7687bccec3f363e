#!/usr/bin/env node
/** The test server as a process of its own. Prints its connection string, one line, when it answers; SIGTERM stops it. */
import { parseArgs } from 'node:util';
import type { ServerVersion } from './server-version.ts';
import { startTestServer } from './test-server.ts';

try {
  const options = { port: { type: 'string', default: '0' }, version: { type: 'string', default: '23.10' } } as const;
  const { port, version } = parseArgs({ options }).values;
  const server = await startTestServer({ port: Number(port), version: version as ServerVersion });
  console.log(server.connectionString);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop());
} catch (error) {
  console.error(`eventstoredb-test-server: ${error instanceof Error ? error.message : error}`);
  console.error('usage: eventstoredb-test-server [--port N] [--version 23.10|25.1]');
  process.exitCode = 2;
}

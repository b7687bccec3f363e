#!/usr/bin/env node
/** The test server as a process of its own. Prints its connection string, one line, when it answers; SIGTERM stops it. */
import { parseArgs } from 'node:util';
import { startTestServer } from './test-server.ts';

try {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
  const server = await startTestServer({ port: Number(values.port) });
  console.log(server.connectionString);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop());
} catch (error) {
  console.error(`eventstoredb-test-server: ${error instanceof Error ? error.message : error}`);
  console.error('usage: eventstoredb-test-server [--port N]');
  process.exitCode = 2;
}

/**
 * Test servers in a process of their own, started and stopped by messages: for tests of what cannot be loaded beside the
 * messages of `@eventstore/db-client`. It ends when whoever started it is gone.
 */
import { startTestServer, type TestServer } from '../src/test-server/index.ts';

/** `stop` names the server by its address. */
export type Request = { readonly id: number } & (
  | { readonly act: 'start' }
  | { readonly act: 'stop' | 'restart' | 'openCalls'; readonly address: string }
);

const servers = new Map<string, TestServer>();

async function answerTo(request: Request): Promise<unknown> {
  if (request.act === 'start') {
    const server = await startTestServer();
    servers.set(server.connectionString, server);
    return server.connectionString;
  }
  const server = servers.get(request.address);
  if (server === undefined) throw new Error(`no server at ${request.address}`);
  if (request.act === 'openCalls') return server.openCalls;
  if (request.act === 'restart') return server.restart({ log: 'kept' });
  servers.delete(request.address);
  return server.stop();
}

process.on('message', (request: Request) => {
  answerTo(request).then(
    (value) => process.send?.({ id: request.id, value }),
    (error: Error) => process.send?.({ id: request.id, error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());

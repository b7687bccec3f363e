/**
 * Test servers in a process of their own, started and stopped by messages: for tests of what cannot be loaded beside the
 * messages of `@eventstore/db-client`. It ends when whoever started it is gone.
 */
import fs from 'node:fs';
import { type FaultScope, startTestServer, type TestServer, type TestServerOptions } from '../src/test-server/index.ts';

/**
 * What a server is started with. `clockFile` holds its time in milliseconds: so it is set before whatever is asked next, where a
 * message would race with the call.
 */
export type Wanted = Pick<TestServerOptions, 'port' | 'version' | 'maxAppendSize'> & { readonly clockFile?: string };

export type Fault =
  | 'neverAnswer'
  | 'commitWithoutAcknowledging'
  | 'answerNotReady'
  | 'answerTooBusy'
  | 'answerNotLeader';

/** `address` names the server. */
export type Request = { readonly id: number } & (
  | ({ readonly act: 'start' } & Wanted)
  | { readonly act: 'stop' | 'restart' | 'openCalls' | 'seenCalls'; readonly address: string }
  | { readonly act: 'fault'; readonly address: string; readonly fault: Fault; readonly scope: FaultScope }
);

const servers = new Map<string, TestServer>();

async function answerTo(request: Request): Promise<unknown> {
  if (request.act === 'start') return started(request);
  const server = servers.get(request.address);
  if (server === undefined) throw new Error(`no server at ${request.address}`);
  if (request.act === 'openCalls') return server.openCalls;
  if (request.act === 'seenCalls') return server.seenCalls;
  if (request.act === 'fault') return ask(server, request.fault, request.scope);
  if (request.act === 'restart') return server.restart({ log: 'kept' });
  servers.delete(request.address);
  return server.stop();
}

function ask({ faults, port }: TestServer, fault: Fault, scope: FaultScope): void {
  if (fault === 'answerNotLeader') faults.answerNotLeader({ address: '127.0.0.1', port }, scope);
  else faults[fault](scope);
}

async function started({ clockFile, port, version, maxAppendSize }: Wanted): Promise<string> {
  const now = () => new Date(Number(fs.readFileSync(clockFile ?? '', 'utf8')));
  const clock = clockFile === undefined ? undefined : { now };
  const server = await startTestServer({ port, version, maxAppendSize, clock });
  servers.set(server.connectionString, server);
  return server.connectionString;
}

process.on('message', (request: Request) => {
  answerTo(request).then(
    (value) => process.send?.({ id: request.id, value }),
    (error: Error) => process.send?.({ id: request.id, error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());

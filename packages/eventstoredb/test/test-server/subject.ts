/**
 * What the semantics are tested on: a test server, or the real one whose connection string is in TIDEMARK_EVENTSTOREDB.
 * The tests use streams of their own, so that they can run again on a server that has seen them.
 */
import { randomUUID } from 'node:crypto';
import {
  type AppendToStreamOptions,
  BACKWARDS,
  END,
  EventStoreDBClient,
  type EventType,
  jsonEvent,
  type ResolvedEvent,
} from '@eventstore/db-client';
import * as assert from 'uvu/assert';
import { parseConnectionString } from '../../src/connection-string.ts';
import { startTestServer } from '../../src/test-server/index.ts';

export interface Subject {
  readonly client: EventStoreDBClient;
  stop(): Promise<void>;
}

const real = process.env['TIDEMARK_EVENTSTOREDB'];

export async function openSubject(): Promise<Subject> {
  const server = real === undefined ? await startTestServer() : undefined;
  const client = EventStoreDBClient.connectionString(server?.connectionString ?? real ?? '');
  return {
    client,
    stop: async () => {
      await client.dispose();
      await server?.stop();
    },
  };
}

/**
 * A client to dispose before its server stops: its end would reject the batch appends of every other client in the
 * process, and the answer to one of those ends the process.
 */
export function connect(connectionString: string): EventStoreDBClient & AsyncDisposable {
  const client = EventStoreDBClient.connectionString(connectionString);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.dispose() });
}

const usual = { username: 'admin', password: 'changeit' };
/** With credentials the client appends in a call of its own; on an insecure node any do. */
export const credentials = (real === undefined ? undefined : parseConnectionString(real).credentials) ?? usual;

export type Path = Pick<AppendToStreamOptions, 'credentials'>;

/** The client's two ways to append: they have to be answered alike. */
export const paths: readonly (readonly [name: string, path: Path])[] = [
  ['batch append', {}],
  ['append', { credentials }],
];

export const freshStream = () => `semantics-${randomUUID()}`;

export const event = (id: string = randomUUID(), type = 'Happened') => jsonEvent({ id, type, data: { id } });
export const events = (count: number) => Array.from({ length: count }, () => event());

/** Resolves with what the promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Rejection> {
  const outcome = await Promise.resolve(promise).then(
    (value) => ({ value }),
    (error: Rejection) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  assert.unreachable(`resolved with ${String(outcome.value)}`);
  throw outcome;
}

/** Tries again while the client has yet to notice that its connection is gone. */
export async function reconnecting<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if ((error as Rejection).code !== 14) throw error;
    }
  }
}

/** The facts that the client's errors carry. */
export interface Rejection extends Error {
  readonly type?: string;
  readonly code?: number;
  readonly streamName?: string;
  readonly expectedVersion?: bigint | string;
  readonly actualVersion?: bigint | string;
  readonly maxAppendSize?: number;
  readonly leader?: { readonly address: string; readonly port: number };
}

export async function collect(reading: AsyncIterable<ResolvedEvent<EventType>>) {
  const found = [];
  for await (const { event } of reading) if (event) found.push(event);
  return found;
}

/** The ids of a stream's events, from the first; none if there is no such stream. */
export async function idsOf(client: EventStoreDBClient, stream: string): Promise<string[]> {
  try {
    return (await collect(client.readStream(stream))).map(({ id }) => id);
  } catch (error) {
    if ((error as Rejection).type === 'stream-not-found') return [];
    throw error;
  }
}

/** The position of the last event of all. */
export async function lastPosition(client: EventStoreDBClient) {
  const [last] = await collect(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
  return last?.position;
}

export function assertWrongExpectedVersion(error: Rejection, actual: bigint | 'no_stream'): void {
  assert.is(error.type, 'wrong-expected-version', String(error));
  assert.is(error.actualVersion, actual);
}

/** What `eventStoreDB()` takes, and the refusal of what cannot be meant. */
import { ArgumentError, assertKeys, type Clock, systemClock } from '@tidemark/core';
import type { Credentials, EventStoreClient } from './client-type.ts';
import { type ConnectionString, parseConnectionString } from './connection-string.ts';

export interface EventStoreDBOptions {
  /** Who asks; they win over the connection string's. */
  readonly credentials?: Credentials | undefined;
  /** A file with the certificate authority of the nodes' certificates. With a connection string only. */
  readonly tlsCAFile?: string | undefined;
  /** Which node of a cluster to talk to; default `'leader'`. With a connection string only. */
  readonly nodePreference?: NodePreference | undefined;
  /** Whether a node that does not lead has to refuse a call, instead of forwarding or answering it; default false. */
  readonly requiresLeader?: boolean | undefined;
  /** How long one call may take, in ms; default 10,000. */
  readonly timeout?: number | undefined;
  /** How long a call that failed on its way is tried again before it is given up, in ms; default 30,000. */
  readonly retryFor?: number | undefined;
  /**
   * `false`: every append is a call of its own. Default: the first client of the process sends its appends over one
   * stream, which is twice as fast. Set it where your own code appends through another client in the same process.
   */
  readonly batchAppends?: boolean | undefined;
  /** The server's `MaxAppendSize`, in bytes; default 1 MiB. */
  readonly maxAppendBytes?: number | undefined;
  /** For read models and their leases; `recordedAt` is the server's. */
  readonly clock?: Clock | undefined;
}

export type NodePreference = 'leader' | 'follower' | 'random' | 'read_only_replica';

/** A factory of clients: asked for one when a store is opened, and again when one has become unusable. */
export interface ClientFactory {
  readonly client: () => EventStoreClient | Promise<EventStoreClient>;
}

export interface Settings {
  readonly factory: ClientFactory['client'] | undefined;
  readonly connection: ConnectionString | undefined;
  readonly credentials: Credentials | undefined;
  readonly requiresLeader: boolean;
  readonly timeout: number;
  readonly retryFor: number;
  readonly batchAppends: boolean;
  readonly maxAppendBytes: number;
  readonly clock: Clock;
  /** For messages: without secrets. */
  readonly description: string;
}

const known: Readonly<Record<keyof EventStoreDBOptions, true>> = {
  credentials: true,
  tlsCAFile: true,
  nodePreference: true,
  requiresLeader: true,
  timeout: true,
  retryFor: true,
  batchAppends: true,
  maxAppendBytes: true,
  clock: true,
};
const preferences: readonly unknown[] = ['leader', 'follower', 'random', 'read_only_replica'];

/** Throws `ArgumentError`. */
export function settingsOf(address: unknown, options: unknown = {}): Settings {
  assertKeys('eventStoreDB options', options, known);
  const given = options as EventStoreDBOptions;
  const { requiresLeader = false, batchAppends = true, clock = systemClock, nodePreference, tlsCAFile } = given;
  const { timeout = 10_000, retryFor = 30_000, maxAppendBytes = 1_048_576 } = given;
  for (const [name, value] of Object.entries({ requiresLeader, batchAppends })) {
    if (typeof value !== 'boolean') throw refused(name, value, 'true or false');
  }
  if (nodePreference !== undefined && !preferences.includes(nodePreference))
    throw refused('nodePreference', nodePreference, preferences.join(', '));
  if (tlsCAFile !== undefined && (typeof tlsCAFile !== 'string' || tlsCAFile === ''))
    throw refused('tlsCAFile', tlsCAFile, "a file's path");
  if (typeof clock?.now !== 'function') throw refused('clock', clock, 'an object with now()');
  const factory = factoryOf(address);
  if (factory !== undefined && (nodePreference ?? tlsCAFile) !== undefined)
    throw new ArgumentError('eventStoreDB options', 'tlsCAFile or nodePreference', 'neither: the client has its own');
  const credentials = given.credentials === undefined ? undefined : credentialsOf(given.credentials);
  const connection =
    factory === undefined ? parseConnectionString(address, { tlsCAFile, nodePreference, credentials }) : undefined;
  return {
    factory,
    connection,
    credentials: credentials ?? connection?.credentials,
    requiresLeader,
    timeout: limit('timeout', timeout),
    retryFor: limit('retryFor', retryFor),
    batchAppends,
    maxAppendBytes: limit('maxAppendBytes', maxAppendBytes),
    clock,
    description: connection === undefined ? 'eventstoredb by a client of its own' : `eventstoredb ${connection.hosts}`,
  };
}

function factoryOf(address: unknown): ClientFactory['client'] | undefined {
  if (typeof address !== 'object' || address === null) return undefined;
  const { client } = address as Partial<ClientFactory>;
  if (typeof client === 'function') return client;
  throw refused('eventStoreDB address', address, "'esdb://…' or { client: () => … }");
}

/** A copy. Throws `ArgumentError`. */
export function credentialsOf(credentials: unknown): Credentials {
  const { username, password } = (credentials ?? {}) as Partial<Credentials>;
  // What was found is not shown: it may be a password.
  if (typeof username !== 'string' || username === '' || typeof password !== 'string')
    throw new ArgumentError('credentials', 'something else', '{ username, password } as text');
  return { username, password };
}

function limit(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value < 2 ** 31) return value;
  throw refused(name, value, 'a whole number from 1 to 2^31 - 1');
}

function refused(name: string, value: unknown, wanted: string): ArgumentError {
  const found = typeof value === 'string' ? `'${value.slice(0, 60)}'` : value === null ? 'null' : typeof value;
  return new ArgumentError(name, typeof value === 'number' ? String(value) : found, wanted);
}

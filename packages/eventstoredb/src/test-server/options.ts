/** What a test server takes, and the refusal of what cannot be meant. */
import { ArgumentError, assertKeys } from '@tidemark/core';
import { type User, usualUsers } from './access.ts';
import type { Certificate } from './listener.ts';
import { fullVersions, type ServerVersion } from './server-version.ts';

export interface TestServerOptions {
  /** `'25.1'` also takes appends to several streams at once, which `@kurrent/kurrentdb-client` makes; default `'23.10'`. */
  readonly version?: ServerVersion | undefined;
  /** Default 0: any that is free. */
  readonly port?: number | undefined;
  /** The address to listen on, which is also the one that gossip tells; default 127.0.0.1. */
  readonly host?: string | undefined;
  /** With a certificate the node is secure: it speaks TLS, and asks for users and passwords. */
  readonly tls?: Certificate | undefined;
  /** Who there is, on a secure node; default `admin` and `ops`, both with the password `changeit`. */
  readonly users?: readonly User[] | undefined;
  /** Bytes of data that one append may have; default 1 MiB. Of an append to several streams, bytes of all there is in it. */
  readonly maxAppendSize?: number | undefined;
  /** How long a batch append may wait for its last part, in ms; default 2,000. */
  readonly writeTimeout?: number | undefined;
  /**
   * How many live events a subscription may be behind before the server drops it. The real 23.10 has 32. By default a
   * slow subscriber is not dropped but served from the log, so that tests do not depend on the speed of the machine.
   */
  readonly liveBuffer?: number | undefined;
  /** Where `created` and the age of events come from; default the system's clock. */
  readonly clock?: { now(): Date } | undefined;
}

export interface Settings {
  readonly version: ServerVersion;
  readonly port: number;
  readonly host: string;
  readonly tls: Certificate | undefined;
  /** Undefined on an insecure node. */
  readonly users: readonly User[] | undefined;
  readonly maxAppendSize: number;
  readonly writeTimeout: number;
  readonly liveBuffer: number;
  readonly now: () => number;
}

const known: Readonly<Record<keyof TestServerOptions, true>> = {
  ...{
    version: true,
    port: true,
    host: true,
    tls: true,
    users: true,
    maxAppendSize: true,
    writeTimeout: true,
    liveBuffer: true,
    clock: true,
  },
};

/** Throws `ArgumentError`. */
export function settingsOf(options: TestServerOptions): Settings {
  assertKeys('test server options', options, known);
  const { version = '23.10', host = '127.0.0.1', tls, users, clock } = options;
  if (!Object.hasOwn(fullVersions, version))
    throw new ArgumentError('test server version', String(version), Object.keys(fullVersions).join(' or '));
  if (users !== undefined && tls === undefined) {
    throw new ArgumentError('test server options', 'users without tls', 'tls too: an insecure node knows no users');
  }
  return {
    version,
    port: wholeNumber('port', options.port ?? 0, 0),
    host,
    tls,
    users: tls && (users ?? usualUsers),
    maxAppendSize: wholeNumber('maxAppendSize', options.maxAppendSize ?? 1024 * 1024, 1),
    writeTimeout: wholeNumber('writeTimeout', options.writeTimeout ?? 2_000, 1),
    liveBuffer:
      options.liveBuffer === undefined ? Number.POSITIVE_INFINITY : wholeNumber('liveBuffer', options.liveBuffer, 1),
    now: clock ? () => clock.now().getTime() : Date.now,
  };
}

function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ArgumentError(`test server ${name}`, String(value), `a whole number of at least ${least}`);
}

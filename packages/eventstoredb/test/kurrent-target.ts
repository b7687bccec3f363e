/**
 * What the suites are bound to through the other client, `@kurrent/kurrentdb-client`. It and the messages that the test
 * server takes from `@eventstore/db-client` break each other in one process, so the servers are in another.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import type { Clock, StoreProvider } from '@tidemark/core';
import type { ConformanceTarget, ManualClock } from '@tidemark/testing';
import { type EventStoreDBOptions, eventStoreDB } from '../src/index.ts';
import { type Servers, serversOfAnotherProcess } from './servers.ts';
import type { Wanted } from './servers-child.ts';

// The addon's threads hand a call's beginning and its body to each other, and with several of them the two leave apart:
// then Nagle's algorithm, which it does not turn off, holds the second back for the 40 ms that the server may take to
// acknowledge the first. Most rules would wait longer for that than for all else.
process.env['TOKIO_WORKER_THREADS'] = '1';

/**
 * A factory of clients for the server there. The client waits for its `discoveryInterval` before it reads for the first
 * time, half a second unless it is told otherwise, also where there is nothing to discover.
 */
export const through = (address: string) => {
  const option = `${address.includes('?') ? '&' : '?'}discoveryInterval=1`;
  return { client: () => KurrentDBClient.connectionString`${address.replace(/^esdb/, 'kurrentdb')}${option}` };
};

export interface KurrentTarget extends Required<Pick<ConformanceTarget, 'name' | 'provide' | 'dispose'>> {
  /** Ends the servers' process. */
  end(): void;
}

/** A server for each rule, in one other process; its time is the rule's clock. */
export function kurrentTarget(wanted: Wanted = {}, options: EventStoreDBOptions = {}): KurrentTarget {
  withoutSystemCertificates();
  const servers: Servers = serversOfAnotherProcess();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-kurrent-'));
  const addresses = new WeakMap<StoreProvider, string>();
  let count = 0;
  return {
    name: 'kurrent',
    provide: async (clock) => {
      count += 1;
      const clockFile = path.join(folder, String(count));
      const address = await servers.start({ ...wanted, clockFile: writtenTo(clockFile, clock) });
      const provider = eventStoreDB(through(address), { ...options, clock });
      addresses.set(provider, address);
      return provider;
    },
    dispose: async (provider) => servers.stop(addresses.get(provider) ?? ''),
    end: () => {
      servers.end();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Each client reads all of them, 15 ms long, also for a server without TLS as these are. */
function withoutSystemCertificates(): void {
  const nowhere = path.join(os.tmpdir(), 'tidemark-no-certificates');
  Object.assign(process.env, { SSL_CERT_FILE: nowhere, SSL_CERT_DIR: nowhere });
}

/** Has the file hold the clock's time, whenever it is moved. */
function writtenTo(file: string, clock: Clock): string {
  const moved = clock as ManualClock & Record<'advance' | 'set', (to: never) => void>;
  const write = () => {
    // Never half written for whoever reads it meanwhile.
    fs.writeFileSync(`${file}~`, String(clock.now().getTime()));
    fs.renameSync(`${file}~`, file);
  };
  for (const name of ['advance', 'set'] as const) {
    const move = moved[name];
    Object.assign(clock, {
      [name]: (to: never) => {
        move(to);
        write();
      },
    });
  }
  write();
  return file;
}

/// <reference lib="esnext.disposable" preserve="true" />
/** A single node. */
import type { Faults } from './faults.ts';
import { Log } from './log.ts';
import { Node } from './node.ts';
import type { CallCounts } from './open-calls.ts';
import { settingsOf, type TestServerOptions } from './options.ts';

/**
 * An EventStoreDB 23.10 server for tests, in this process and in memory. Point any client at `connectionString`, and stop
 * it at the end; it also works with `await using`.
 */
export interface TestServer extends AsyncDisposable {
  /** `esdb://127.0.0.1:…`: what the client's `connectionString` function takes. */
  readonly connectionString: string;
  readonly port: number;
  /** How to make it misbehave. */
  readonly faults: Faults;
  /** The calls that are open now, by kind: a client that leaks one is found here. */
  readonly openCalls: CallCounts;
  /** How many connections are open now: a client that was never closed is found here. */
  readonly openConnections: number;
  /** All calls that came since the start, by kind. */
  readonly seenCalls: CallCounts;
  /**
   * Ends all calls and connections and comes back on the same port: with its log, or as a server that knows nothing. Either
   * way it has forgotten which event ids it has seen, by which `any` recognises a retry.
   */
  restart(options: { readonly log: 'kept' | 'empty' }): Promise<void>;
  /** Cancels all calls and gives the port free. Stopping twice is once. */
  stop(): Promise<void>;
}

/** Resolves when it answers, within milliseconds. Throws `ArgumentError`, and the system's error where the port is taken. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const settings = settingsOf(options);
  let log = new Log(settings.now);
  const node: Node = new Node(settings, {
    log: () => log,
    leadershipOf: () => ({ role: 'leader' }),
    members: () => [node.asMember()],
  });
  await node.start();
  return {
    connectionString: node.connectionString,
    port: node.port,
    faults: node.faults,
    get openCalls() {
      return node.calls.open;
    },
    get openConnections() {
      return node.connections;
    },
    get seenCalls() {
      return node.calls.seen;
    },
    async restart({ log: kept }) {
      await node.shutDown();
      if (kept === 'empty') log = new Log(settings.now);
      else log.forgetRecentIds();
      await node.start();
    },
    stop: () => node.shutDown(),
    [Symbol.asyncDispose]: () => node.shutDown(),
  };
}

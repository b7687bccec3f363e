/** The one client of a store: made when it is first needed, and made anew when it has become unusable. */
import { ConfigurationError } from '@tidemark/core';
import { type Channel, type HeldChannel, holdChannel } from './client-channel.ts';
import type { Credentials, EventStoreClient } from './client-type.ts';
import { causeOf } from './failures.ts';
import type { Settings } from './options.ts';
import { assertOneClient, claimBatch, releaseBatch } from './process-wide.ts';
import { guardSharedStreams, type SharedStreams } from './shared-streams.ts';

/** How long a client may take to end its calls. */
const longestGoodbye = 2_000;
/** What makes a client append by a call of its own; a node without users does not look at them. */
const nobody: Credentials = { username: 'tidemark', password: 'tidemark' };

/** What a client was made with, to be ended with it. */
interface Held {
  readonly channel: HeldChannel;
  readonly shared: SharedStreams | undefined;
}

export class ClientSource {
  #client: Promise<EventStoreClient> | undefined;
  readonly #held = new WeakMap<EventStoreClient, Held>();
  /** The latest client's. */
  #channel: HeldChannel | undefined;
  #leaving: Promise<void> = Promise.resolve();
  /** How many clients took the place of another one. */
  replaced = 0;

  constructor(private readonly settings: Settings) {}

  /** Throws `ConfigurationError` where there is no client to be had. */
  current(): Promise<EventStoreClient> {
    this.#client ??= this.#leaving.then(() => this.#made());
    this.#client.catch(() => {
      this.#client = undefined;
    });
    return this.#client;
  }

  /** The client's connection, if it stands and can be known. */
  channel(): Channel | undefined {
    return this.#channel?.current();
  }

  /** Lets go of a client that is of no use any more, if it still is the current one. */
  async replace(client: EventStoreClient): Promise<void> {
    if (this.#client === undefined || (await this.#client) !== client || this.#client === undefined) return;
    this.#client = undefined;
    this.replaced += 1;
    this.#leaving = this.#goodbye(client);
  }

  /** The credentials to append with, where the call has none. Without any, the client shares one stream between its appends. */
  appendCredentials(client: EventStoreClient): Credentials | undefined {
    const { credentials, batchAppends } = this.settings;
    if (batchAppends && claimBatch(client)) return undefined;
    return credentials ?? nobody;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await this.#leaving;
    if (client !== undefined) await this.#goodbye(client);
  }

  async #made(): Promise<EventStoreClient> {
    const client = await this.#make();
    this.#channel = holdChannel(client);
    this.#held.set(client, { channel: this.#channel, shared: guardSharedStreams(client) });
    return client;
  }

  async #make(): Promise<EventStoreClient> {
    const { factory, connection } = this.settings;
    assertOneClient();
    if (factory !== undefined) {
      const client = await factory();
      assertOneClient();
      assertClient(client);
      return client;
    }
    const { EventStoreDBClient } = await loaded();
    assertOneClient();
    try {
      return EventStoreDBClient.connectionString(connection?.text ?? '');
    } catch (error) {
      // The client's error shows the connection string, and carries it as a field.
      const { message } = causeOf(error).cause as Error;
      const files = connection?.files.length ? ` with ${connection.files.join(', ')}` : '';
      throw new ConfigurationError(
        `eventStoreDB: the client does not take the connection string${files}: ${withoutQuotes(message)}`,
      );
    }
  }

  /** Only a client whose streams have all ended makes room for another one on the batch path. */
  async #goodbye(client: EventStoreClient): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, longestGoodbye);
    });
    // First what makes further calls impossible. Also when it takes longer than anybody waits for it.
    const { channel, shared } = this.#held.get(client) ?? {};
    const closing = channel?.close();
    const disposed = client.dispose();
    const released = Promise.all([closing, shared?.ended() ?? disposed]).then(() => releaseBatch(client));
    await Promise.race([Promise.allSettled([disposed, released]), late]);
    clearTimeout(timer);
  }
}

async function loaded(): Promise<typeof import('@eventstore/db-client')> {
  try {
    return await import('@eventstore/db-client');
  } catch {
    throw new ConfigurationError(
      "eventStoreDB: '@eventstore/db-client' could not be loaded: install it, or give { client: () => … }",
    );
  }
}

const methods = ['appendToStream', 'readStream', 'readAll', 'subscribeToAll', 'tombstoneStream', 'dispose'] as const;

function assertClient(client: unknown): asserts client is EventStoreClient {
  const given = (client ?? {}) as Readonly<Record<string, unknown>>;
  const missing = methods.find((method) => typeof given[method] !== 'function');
  if (missing !== undefined)
    throw new ConfigurationError(`eventStoreDB: the factory gave something without ${missing}(), wanted a client`);
}

/** What the client quotes may be a part of the password. */
function withoutQuotes(message: string): string {
  return message.replace(/"[^"]*"/g, '…');
}

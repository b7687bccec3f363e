/**
 * What is asked of a client, by its shape: `EventStoreDBClient` of `@eventstore/db-client` 6 has it, and so has
 * `KurrentDBClient`. Errors are known by `type`, `code` and message, never by class.
 */

/** Name and password of a user of the server. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface CallOptions {
  readonly credentials?: Credentials;
  readonly deadline?: number;
  readonly requiresLeader?: boolean;
}

export type ClientRevision = 'any' | 'no_stream' | 'stream_exists' | bigint;

/** A client of the server. */
export interface EventStoreClient {
  appendToStream(
    streamName: string,
    // biome-ignore lint/suspicious/noExplicitAny: each client has its own type of event
    events: any,
    options: CallOptions & { expectedRevision: ClientRevision; streamState: ClientRevision },
  ): Promise<ClientAppendResult>;
  // biome-ignore lint/suspicious/noExplicitAny: each client has its own types of events and options
  readStream(streamName: string, options: any): AsyncIterable<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readAll(options: any): AsyncIterable<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  subscribeToAll(options: any): AsyncIterable<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  tombstoneStream(streamName: string, options: any): Promise<unknown>;
  dispose(): Promise<unknown>;
  /** Of `KurrentDBClient`. It takes neither credentials nor a deadline. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  multiStreamAppend?(appends: any): Promise<ClientSeveralResult>;
}

interface ClientPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

export interface ClientAppendResult {
  readonly success: boolean;
  readonly nextExpectedRevision: bigint;
  readonly position?: ClientPosition | undefined;
}

export interface ClientSeveralResult {
  /** Below 0 where the server knows none. */
  readonly position: bigint;
  readonly responses: readonly { readonly streamName: string; readonly revision: bigint }[];
}

/** An event as a client gives it. */
export interface ClientEvent {
  readonly streamId: string;
  readonly id: string;
  readonly revision: bigint;
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly isJson: boolean;
  readonly created: Date;
  readonly position?: ClientPosition | undefined;
}

/** What a reading or a subscription gives: a link stands in `link`, what it leads to in `event`. */
export interface ClientResolvedEvent {
  readonly event?: ClientEvent | undefined;
  readonly link?: ClientEvent | undefined;
  readonly commitPosition?: bigint | undefined;
}

/** What both clients' readings and subscriptions have, of these and more. */
export interface ClientReading extends AsyncIterable<ClientResolvedEvent> {
  on?(event: string, listener: (...values: never[]) => void): unknown;
  cancel?(): Promise<void>;
  unsubscribe?(): Promise<void>;
  /** Of a subscription that is a generator, which has nothing else that ends it; a reading that is one is read to its end. */
  return?(): Promise<unknown>;
}

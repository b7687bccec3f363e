/**
 * The connection of a client. `@eventstore/db-client` never closes it: `dispose()` ends the streams that are open at that
 * moment, and leaves a socket with its keep-alive behind for as long as the process lives. A call that was about to begin
 * then begins after all, and its end empties the map of appends that all clients of the process share.
 */
import type { EventStoreClient } from './client-type.ts';

/** What a connection of the client's is, of gRPC's `Channel`. */
export interface Channel {
  close(): void;
  getTarget(): string;
  getConnectivityState(tryToConnect: boolean): number;
}

interface Connecting {
  createChannel?: () => Promise<Channel>;
}

export interface HeldChannel {
  /** The client's connection, if it stands. */
  current(): Channel | undefined;
  /** For good. */
  close(): Promise<void>;
}

/** gRPC's number for a connection that stands. */
const ready = 2;

/** Watches over a client's connection. To a client that is made otherwise nothing is done, and it has none that is known. */
export function holdChannel(client: EventStoreClient): HeldChannel {
  const connecting = client as EventStoreClient & Connecting;
  const create = connecting.createChannel;
  if (typeof create !== 'function') return { current: () => undefined, close: async () => {} };
  // The latest: the client itself closes the one that it gives up.
  let latest: Promise<Channel> | undefined;
  let made: Channel | undefined;
  let isClosed = false;
  connecting.createChannel = async () => {
    if (isClosed) throw new Error('the client was let go of');
    const created = create();
    latest = created;
    const channel = await created;
    made = channel;
    if (isClosed) channel.close();
    return channel;
  };
  return {
    current: () => (made?.getConnectivityState(false) === ready ? made : undefined),
    close: async () => {
      isClosed = true;
      // Without one there is nothing to close.
      (await latest?.catch(() => undefined))?.close();
    },
  };
}

/** The node at its other end, as `host:port`. */
export function nodeOf(channel: Channel): string {
  return channel.getTarget().replace(/^dns:\/*/, '');
}

/**
 * The connection of a client. `@eventstore/db-client` never closes it: `dispose()` ends the streams that are open at that
 * moment, and leaves a socket with its keep-alive behind for as long as the process lives. A call that was about to begin
 * then begins after all, and its end empties the map of appends that all clients of the process share.
 */
import type { EventStoreClient } from './client-type.ts';

interface Channel {
  close(): void;
}

interface Connecting {
  createChannel?: () => Promise<Channel>;
}

/** Watches over a client's connection; returns what closes it for good. To a client that is made otherwise nothing is done. */
export function holdChannel(client: EventStoreClient): () => Promise<void> {
  const connecting = client as EventStoreClient & Connecting;
  const create = connecting.createChannel;
  if (typeof create !== 'function') return async () => {};
  // The latest: the client itself closes the one that it gives up.
  let latest: Promise<Channel> | undefined;
  let isClosed = false;
  connecting.createChannel = async () => {
    if (isClosed) throw new Error('the client was let go of');
    const created = create();
    latest = created;
    const channel = await created;
    if (isClosed) channel.close();
    return channel;
  };
  return async () => {
    isClosed = true;
    // Without one there is nothing to close.
    (await latest?.catch(() => undefined))?.close();
  };
}

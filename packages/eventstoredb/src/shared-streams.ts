/**
 * The stream that a client's appends share has two ways to end the process:
 *
 * - The client notes who waits for an answer in a map of its module. The end of any such stream empties it: of another
 *   client's, or of the one that this client had before it connected anew, as it does after any call that was cut off. The
 *   next answer on the stream that took its place then finds nobody, and the client throws in a place where no promise is.
 *   The same happens where the server answers twice.
 * - Of more than 16 messages at once the client puts the rest aside; when the stream fails it rejects them where nobody listens.
 *
 * Whoever waited was told by then, as of an append of which nothing is known; so such an answer is dropped, as KurrentDB's
 * client does by itself. And nothing is put aside: how many appends are under way is bounded by the store.
 */
import type { EventStoreClient } from './client-type.ts';

interface SharedStream {
  listeners(event: 'data'): ((answer: unknown) => void)[];
  on(event: 'status', listener: () => void): unknown;
  on(event: 'data', listener: (answer: unknown) => void): unknown;
  removeListener(event: 'data', listener: (answer: unknown) => void): unknown;
  write(message: unknown): boolean;
}

type Creator = (grpcClient: unknown) => SharedStream;

interface Creating {
  GRPCStreamCreator?: (kind: unknown, name: unknown, creator: Creator, cache?: object) => unknown;
}

export interface SharedStreams {
  /** Resolves when those that were begun have ended. The client's `dispose` does not, after one that the server ended. */
  ended(): Promise<void>;
}

/** Guards the streams that a client will share. To a client that is made otherwise nothing is done: `undefined`. */
export function guardSharedStreams(client: EventStoreClient): SharedStreams | undefined {
  const creating = client as EventStoreClient & Creating;
  const create = creating.GRPCStreamCreator;
  if (typeof create !== 'function') return undefined;
  const open = new Set<Promise<void>>();
  const followed = (stream: SharedStream) => {
    const ended = new Promise<void>((resolve) => {
      stream.on('status', resolve);
    }).then(() => void open.delete(ended));
    open.add(ended);
    return guarded(stream);
  };
  // What is shared is kept in a cache; readings and subscriptions are not.
  creating.GRPCStreamCreator = (kind, name, creator, cache) =>
    create(kind, name, cache === undefined ? creator : (grpcClient) => followed(creator(grpcClient)), cache);
  return {
    ended: async () => {
      await Promise.all(open);
      // What the client does at a stream's end comes behind its status.
      await new Promise(setImmediate);
    },
  };
}

function guarded(stream: SharedStream): SharedStream {
  for (const listener of stream.listeners('data')) {
    stream.on('data', (answer) => {
      try {
        listener.call(stream, answer);
      } catch {
        // Nobody waits for it; or it says nothing that can be read, and whoever waits has a time of their own.
      }
    });
    stream.removeListener('data', listener);
  }
  const write = stream.write;
  stream.write = (message) => {
    write.call(stream, message);
    return true;
  };
  return stream;
}

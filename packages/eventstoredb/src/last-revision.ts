import { StoreFailedError, WrongExpectedRevisionError } from '@tidemark/core';
import { expecting } from './expecting.ts';
import type { Server } from './server.ts';

/** No stream has so many events: an append of none that expects it is refused with the last revision. */
const beyond = Number.MAX_SAFE_INTEGER;

/** The last revision ever written, also of a deleted stream. Throws `StreamDeletedError` for a tombstone. */
export async function lastRevision(server: Server, streamName: string): Promise<number | undefined> {
  const outcome = await server.write(
    (client, options) => client.appendToStream(streamName, [], { ...options, ...expecting(beyond) }),
    { isAppend: true, repeats: () => true },
  );
  const about = { streamName, expected: beyond, right: 'write it ($w)' };
  const error = 'value' in outcome ? undefined : server.translated(outcome.error, about);
  if (error instanceof WrongExpectedRevisionError) return error.actual;
  throw error ?? new StoreFailedError('io', `stream '${streamName}': the server took an append at revision ${beyond}`);
}

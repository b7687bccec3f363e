import type { ExpectedRevision } from '@tidemark/core';
import type { ClientRevision } from './client-type.ts';

/** For both clients: one knows the first name, the other the second, and neither minds. */
export function expecting(expected: ExpectedRevision): {
  expectedRevision: ClientRevision;
  streamState: ClientRevision;
} {
  const revision = typeof expected === 'number' ? BigInt(expected) : expected;
  return { expectedRevision: revision, streamState: revision };
}

/** Who leads, and what a node that does not lead says of it. */
import type { Metadata } from '@grpc/grpc-js';
import { type Endpoint, noLeaderKnown, notLeader, notReady, type ServiceError, tooBusy } from './service-error.ts';

/** Why a node does not do what it is asked. */
export type Refusal =
  | { readonly reason: 'not-leader'; readonly leader: Endpoint | undefined }
  | { readonly reason: 'not-ready' }
  | { readonly reason: 'too-busy' };

/** As one node sees its cluster. */
export type Leadership =
  | { readonly role: 'leader' }
  | { readonly role: 'follower'; readonly leader: Endpoint }
  /** While a leader is elected. */
  | { readonly role: 'leaderless' };

/**
 * A follower hands a write on to the leader unless the client requires a leader, and reads what it has itself. Without a
 * leader nothing is written.
 */
export function refusalOf(
  leadership: Leadership,
  call: { readonly metadata: Metadata },
  writes: boolean,
): Refusal | undefined {
  if (leadership.role === 'leader') return undefined;
  if (call.metadata.get('requires-leader')[0] === 'true') {
    return { reason: 'not-leader', leader: leadership.role === 'follower' ? leadership.leader : undefined };
  }
  return writes && leadership.role === 'leaderless' ? { reason: 'not-ready' } : undefined;
}

export function refusalError(refusal: Refusal): ServiceError {
  switch (refusal.reason) {
    case 'not-leader':
      return refusal.leader ? notLeader(refusal.leader) : noLeaderKnown();
    case 'not-ready':
      return notReady();
    case 'too-busy':
      return tooBusy();
  }
}

/** Leases: of several processes that may do something, one does it, and another one takes over when that one is gone. */

/** Held by its owner until it expires; each new holder has a higher token than all before. */
export interface Lease {
  readonly name: string;
  readonly owner: string;
  readonly token: number;
}

/** Proof that goes along with a write: it is refused when the lease has gone to somebody else. */
export type Fence = Pick<Lease, 'name' | 'token'>;

export interface LeaseStore {
  /** Takes a lease that is free, expired, or held by this very owner; `undefined` while somebody else holds it. `duration` in ms. */
  acquire(name: string, owner: string, duration: number): Promise<Lease | undefined>;

  /** Prolongs those that are held still, expired or not, by `duration` ms from now; returns them. */
  renew(leases: readonly Lease[], duration: number): Promise<readonly Lease[]>;

  /** Lets go what is held still, so that others need not wait. */
  release(leases: readonly Lease[]): Promise<void>;
}

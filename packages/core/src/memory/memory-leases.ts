import { LeaseLostError } from '../errors.ts';
import type { Clock } from '../shared/clock.ts';
import type { Fence, Lease, LeaseStore } from '../store/lease-store.ts';

export interface MemoryLease extends Lease {
  readonly released: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The reference lease store. A released lease stays in the map, as its token must not come again. */
export class MemoryLeaseStore implements LeaseStore {
  constructor(
    private readonly held: Map<string, MemoryLease>,
    private readonly clock: Clock,
    private readonly assertOpen: () => void,
  ) {}

  async acquire(name: string, owner: string, duration: number): Promise<Lease | undefined> {
    this.assertOpen();
    const now = this.clock.now().getTime();
    const found = this.held.get(name);
    const own = found !== undefined && !found.released && found.owner === owner;
    if (found !== undefined && !own && !found.released && found.expiresAt > now) return undefined;
    const token = own ? found.token : (found?.token ?? 0) + 1;
    this.held.set(name, { name, owner, token, released: false, expiresAt: now + duration });
    return { name, owner, token };
  }

  async renew(leases: readonly Lease[], duration: number): Promise<readonly Lease[]> {
    this.assertOpen();
    const expiresAt = this.clock.now().getTime() + duration;
    return this.#still(leases).map((found) => {
      this.held.set(found.name, { ...found, expiresAt });
      return { name: found.name, owner: found.owner, token: found.token };
    });
  }

  async release(leases: readonly Lease[]): Promise<void> {
    this.assertOpen();
    for (const found of this.#still(leases)) this.held.set(found.name, { ...found, released: true });
  }

  /** Whether it expired does not matter, as long as nobody else took it. Throws `LeaseLostError`. */
  assertHeld({ name, token }: Fence): void {
    const found = this.held.get(name);
    const actual = found === undefined || found.released ? undefined : found.token;
    if (actual !== token) throw new LeaseLostError(name, token, actual);
  }

  #still(leases: readonly Lease[]): readonly MemoryLease[] {
    return leases.flatMap(({ name, owner, token }) => {
      const found = this.held.get(name);
      return found !== undefined && !found.released && found.token === token && found.owner === owner ? [found] : [];
    });
  }
}

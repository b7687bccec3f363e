/**
 * Of several processes that know a projection, one leads it: it holds an expiring lease, and every commit carries the
 * lease's token as proof. A leader that is killed or frozen loses the lease when it expires; what it tries to commit
 * when it wakes is refused.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fence, Lease, LeaseStore } from '../store/lease-store.ts';
import { isTransient } from '../subscription/subscription.ts';

/** In ms: how long a lease lasts, how often it is prolonged, and how often others look whether it is free. */
export interface LeaseTimes {
  readonly duration: number;
  readonly renewEvery: number;
  readonly lookEvery: number;
}

/** A killed or frozen leader is followed within `duration` and `lookEvery`, 3.25 s; one that stops, within `lookEvery`. */
const leaseTimes: LeaseTimes = { duration: 3_000, renewEvery: 1_000, lookEvery: 250 };

export interface Held {
  readonly fence: Fence;
  /** Fires when somebody else has it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export class Leadership {
  readonly #held = new Map<Lease, AbortController>();
  #renewing: NodeJS.Timeout | undefined;

  constructor(
    private readonly leases: LeaseStore,
    /** Names this application, among all. */
    private readonly owner: string,
    private readonly onError: (error: unknown) => void,
    private readonly times: LeaseTimes = leaseTimes,
  ) {}

  /** Resolves when the lease is held, `undefined` when `signal` fired first. `onWaiting` is called when somebody else has it. */
  async obtain(name: string, signal: AbortSignal, onWaiting: () => void): Promise<Held | undefined> {
    for (let told = false; !signal.aborted; ) {
      const lease = await this.leases.acquire(name, this.owner, this.times.duration);
      if (lease !== undefined) return this.#hold(lease);
      if (!told) onWaiting();
      told = true;
      await sleep(this.times.lookEvery, undefined, { signal, ref: false }).catch(() => {});
    }
    return undefined;
  }

  #hold(lease: Lease): Held {
    const lost = new AbortController();
    this.#held.set(lease, lost);
    this.#renewing ??= setInterval(() => void this.#renew(), this.times.renewEvery).unref();
    return {
      fence: { name: lease.name, token: lease.token },
      lost: lost.signal,
      release: async () => {
        if (!this.#forget(lease)) return;
        // Nobody is hurt when this fails: the lease expires.
        await this.leases.release([lease]).catch(this.onError);
      },
    };
  }

  async #renew(): Promise<void> {
    const held = [...this.#held.keys()];
    try {
      const renewed = await this.leases.renew(held, this.times.duration);
      const tokens = new Set(renewed.map(({ name, token }) => `${token} ${name}`));
      for (const lease of held) {
        if (tokens.has(`${lease.token} ${lease.name}`)) continue;
        this.#held.get(lease)?.abort();
        this.#forget(lease);
      }
    } catch (error) {
      // The next one may succeed in time; if not, commits are refused.
      if (!isTransient(error)) this.onError(error);
    }
  }

  #forget(lease: Lease): boolean {
    const known = this.#held.delete(lease);
    if (this.#held.size === 0) {
      clearInterval(this.#renewing);
      this.#renewing = undefined;
    }
    return known;
  }
}

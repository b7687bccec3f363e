/** Leases, in a table: whoever writes may have proved in the same transaction that the lease is its own still. */
import { type Fence, type Lease, LeaseLostError } from '@tidemark/core';
import type Database from 'better-sqlite3';
import type { Work } from './writer.ts';

type Row = [owner: string | null, token: number, expiresAt: number];

export class Leases {
  readonly #find: Database.Statement<[string], Row>;
  readonly #take: Database.Statement<[string, string, number, number]>;
  readonly #prolong: Database.Statement<[number, string, string, number]>;
  readonly #release: Database.Statement<[string, string, number]>;

  constructor(db: Database.Database) {
    this.#find = db.prepare<[string], Row>('SELECT owner, token, expires_at FROM leases WHERE name = ?').raw();
    this.#take = db.prepare('REPLACE INTO leases (name, owner, token, expires_at) VALUES (?, ?, ?, ?)');
    const held = 'WHERE name = ? AND owner = ? AND token = ?';
    this.#prolong = db.prepare(`UPDATE leases SET expires_at = ? ${held}`);
    this.#release = db.prepare(`UPDATE leases SET owner = NULL ${held}`);
  }

  /** Only inside a write transaction. Throws `LeaseLostError`; an expired lease that nobody else has taken is held. */
  assertHeld({ name, token }: Fence): void {
    const [owner, actual] = this.#find.get(name) ?? [];
    const held = owner === null ? undefined : actual;
    if (held !== token) throw new LeaseLostError(name, token, held);
  }

  acquisition(name: string, owner: string, { now, duration }: Period): Work<Lease | undefined> {
    return work(() => {
      const [holder = null, token = 0, expiresAt = 0] = this.#find.get(name) ?? [];
      if (holder !== null && holder !== owner && expiresAt > now()) return () => undefined;
      const lease = { name, owner, token: holder === owner ? token : token + 1 };
      return () => {
        this.#take.run(name, owner, lease.token, end(now(), duration));
        return lease;
      };
    });
  }

  renewal(leases: readonly Lease[], { now, duration }: Period): Work<readonly Lease[]> {
    const held = [...leases];
    return work(() => () => {
      const until = end(now(), duration);
      return held.filter(({ name, owner, token }) => this.#prolong.run(until, name, owner, token).changes > 0);
    });
  }

  releasing(leases: readonly Lease[]): Work<void> {
    const held = [...leases];
    return work(() => () => {
      for (const { name, owner, token } of held) this.#release.run(name, owner, token);
    });
  }
}

/** From the moment of writing, by the store's clock; in ms. */
export interface Period {
  readonly duration: number;
  now(): number;
}

function end(now: number, duration: number): number {
  return now + Math.ceil(duration);
}

/** Who writes under a lease writes into the same file, later: a power cut that takes the lease takes that, too. */
function work<T>(plan: () => () => T): Work<T> {
  return { lane: 'relaxed', weight: 0, plan };
}

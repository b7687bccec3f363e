/** Proof that the conformance suite can fail: stores whose leases are broken in one way each. */
import type { Lease, LeaseStore } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, change: (leases: LeaseStore) => Partial<LeaseStore>) => {
  const broken: Break = ({ leases }) => ({ leases: change(leases) });
  test(title, () => assertNoticed(rule, broken));
};

noticed('gives a lease to everybody', 'leases: a lease is one owner’s until it expires', (leases) => ({
  acquire: async (name, owner, duration) => {
    const lease = await leases.acquire(name, 'everybody', duration);
    return lease && { ...lease, owner };
  },
}));

noticed('gives leases that never expire', 'leases: a lease is one owner’s until it expires', (leases) => ({
  acquire: (name, owner) => leases.acquire(name, owner, Number.MAX_SAFE_INTEGER),
}));

noticed('gives the next owner the same token', 'leases: a lease is one owner’s until it expires', (leases) => ({
  acquire: async (name, owner, duration) => {
    const lease = await leases.acquire(name, owner, duration);
    return lease && { ...lease, token: 1 };
  },
}));

noticed('takes its own owner for another', 'leases: its owner gets it again, and with it more time', (leases) => {
  const held = new Set<string>();
  return {
    acquire: async (name, owner, duration) => {
      if (held.has(name)) return undefined;
      held.add(name);
      return leases.acquire(name, owner, duration);
    },
  };
});

noticed('gives its owner a new token', 'leases: its owner gets it again, and with it more time', (leases) => {
  const last = new Map<string, Lease>();
  return {
    acquire: async (name, owner, duration) => {
      const known = last.get(name);
      if (known?.owner === owner) await leases.release([known]);
      const lease = await leases.acquire(name, owner, duration);
      if (lease !== undefined) last.set(name, lease);
      return lease;
    },
  };
});

noticed('gives its owner no more time', 'leases: its owner gets it again, and with it more time', (leases) => {
  const first = new Map<string, Lease>();
  return {
    acquire: async (name, owner, duration) => {
      const known = first.get(name);
      if (known?.owner === owner) return known;
      const lease = await leases.acquire(name, owner, duration);
      if (lease !== undefined) first.set(name, lease);
      return lease;
    },
  };
});

noticed('renews without prolonging', 'leases: renewing prolongs it from now on', () => ({
  renew: async (leases) => leases,
}));

noticed('does not find an expired lease', 'leases: an expired lease that nobody took is renewed', (leases) => ({
  renew: async (given, duration) => {
    // Whoever else could have it now makes it expired.
    const free = await Promise.all(given.map(({ name }) => leases.acquire(name, 'a look', 1)));
    return leases.renew(
      given.filter((_, index) => free[index] === undefined),
      duration,
    );
  },
}));

noticed(
  'says that all were renewed',
  'leases: what was lost or released is not renewed, and what is held still is',
  (leases) => ({
    renew: async (given, duration) => {
      await leases.renew(given, duration);
      return given;
    },
  }),
);

noticed(
  'renews nothing when one was lost',
  'leases: what was lost or released is not renewed, and what is held still is',
  (leases) => ({
    renew: async (given, duration) => {
      const renewed = await leases.renew(given, duration);
      return renewed.length === given.length ? renewed : [];
    },
  }),
);

noticed('does not release', 'leases: a released lease is free at once', () => ({ release: async () => {} }));

noticed('releases by name', 'leases: nobody releases what another one holds', (leases) => {
  const last = new Map<string, Lease>();
  return {
    acquire: async (name, owner, duration) => {
      const lease = await leases.acquire(name, owner, duration);
      if (lease !== undefined) last.set(name, lease);
      return lease;
    },
    release: (given) => leases.release(given.flatMap(({ name }) => last.get(name) ?? [])),
  };
});

noticed(
  'forgets the token with a release',
  'leases: tokens never go back, whoever takes, releases and opens again',
  (leases) => {
    let round = 0;
    return {
      acquire: async (name, owner, duration) => {
        const lease = await leases.acquire(`${name} ${round}`, owner, duration);
        return lease && { ...lease, name };
      },
      release: async () => {
        round += 1;
      },
    };
  },
);

noticed('has one lease for all names', 'leases: leases of other names do not matter', (leases) => ({
  acquire: async (name, owner, duration) => {
    const lease = await leases.acquire('all', owner, duration);
    return lease && { ...lease, name };
  },
}));

noticed('folds the case of names', 'leases: leases of other names do not matter', (leases) => ({
  acquire: (name, owner, duration) => leases.acquire(name.toLowerCase().trim(), owner, duration),
}));

noticed('has leases for each opening', 'leases: of openings that take one at once, one gets it', (leases) => {
  const own = crypto.randomUUID();
  return { acquire: (name, owner, duration) => leases.acquire(`${name} ${own}`, owner, duration) };
});

noticed('renews one', 'leases: several are renewed and released together, and none at all too', (leases) => ({
  renew: (given, duration) => leases.renew(given.slice(0, 1), duration),
}));

test.run();

/** Proof that the conformance suite can fail: stores whose transactions of read models are broken in one way each. */
import type { DocumentWrite, ModelSession, ModelTransaction } from '@tidemark/core';
import { suite } from 'uvu';
import { inSession, transacting } from './breaks.ts';
import { assertNoticed, type Break, changed } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

const undoes = 'transaction of a read model: what its code throws is thrown as it is, once, and undoes everything';

noticed(
  'does not look at the checkpoint',
  'fences of read models: one that expects another place is fenced off before it runs',
  transacting((transact) => (id, transaction) => transact(id, { ...transaction, expected: 'any' })),
);

noticed(
  'looks at the checkpoint after it ran',
  'fences of read models: one that expects another place is fenced off before it runs',
  transacting((transact) => async (id, transaction) => {
    const trying: ModelTransaction['run'] = (session) => {
      transaction.run(session);
      throw new RangeError();
    };
    await transact(id, { expected: 'any', run: trying }).catch(() => {});
    return transact(id, transaction);
  }),
);

noticed(
  'takes a missing checkpoint for one at 0',
  'fences of read models: one that expects a checkpoint is fenced off where there is none',
  transacting((transact, store) => (id, transaction) => {
    const missing = store.builds().find((build) => build.id === id)?.checkpoint === undefined;
    return transact(id, missing && transaction.expected === 0 ? { ...transaction, expected: undefined } : transaction);
  }),
);

noticed(
  'does not know `any`',
  'fences of read models: one that expects `any` place does not look',
  transacting(
    (transact) => (id, transaction) =>
      transact(id, { ...transaction, expected: transaction.expected === 'any' ? undefined : transaction.expected }),
  ),
);

noticed(
  'does not look at the lease',
  'fences of read models: is open to the holder of its lease only, expired or not',
  transacting(
    (transact) =>
      (id, { expected, run }) =>
        transact(id, { expected, run }),
  ),
);

noticed(
  'takes a lease that nobody has for everybody’s',
  'fences of read models: a released lease, and one that never was, open nothing',
  transacting((transact) => async (id, transaction) => {
    const { expected, run } = transaction;
    await transact(id, transaction).catch(async (error: unknown) => {
      const { code, actual } = error as { code?: unknown; actual?: unknown };
      if (code !== 'LEASE_LOST' || actual !== undefined) throw error;
      await transact(id, { expected, run });
    });
  }),
);

noticed(
  'begins a build anew that is gone',
  'fences of read models: one of a build that is gone is refused before it runs',
  transacting((transact, store) => async (id, transaction) => {
    const gone = store.builds().every((build) => build.id !== id);
    const { id: fresh } = gone
      ? await store.begin({ name: 'again', version: id }, { indexes: [], tables: [] })
      : { id };
    return transact(fresh, transaction);
  }),
);

noticed(
  'keeps the checkpoint’s position alone',
  'fences of read models: the checkpoint moves also when nothing else changes, and exactly to where it is told',
  transacting((transact) => (id, transaction) => {
    const run: ModelTransaction['run'] = (session) => {
      const checkpoint = transaction.run(session);
      return checkpoint && { ...checkpoint, logId: 'log' };
    };
    return transact(id, { ...transaction, run });
  }),
);

noticed(
  'forgets the checkpoint where none is returned',
  'fences of read models: the checkpoint stays where nothing is returned',
  transacting((transact) => (id, transaction) => {
    const none = { logId: 'log', position: 0, eventId: '' };
    return transact(id, { ...transaction, run: (session) => transaction.run(session) ?? none });
  }),
);

noticed(
  'keeps what was done before it failed',
  undoes,
  transacting((transact) => async (id, transaction) => {
    let thrown: { readonly error: unknown } | undefined;
    const run: ModelTransaction['run'] = (session) => {
      try {
        return transaction.run(session);
      } catch (error) {
        thrown = { error };
        return undefined;
      }
    };
    await transact(id, { ...transaction, run });
    if (thrown !== undefined) throw thrown.error;
  }),
);

noticed(
  'wraps what is thrown',
  undoes,
  transacting(
    (transact) => (id, transaction) =>
      transact(id, transaction).catch((cause: unknown) => {
        throw new RangeError('a transaction failed', { cause });
      }),
  ),
);

noticed(
  'tries again what looks as if the file was busy',
  undoes,
  transacting(
    (transact) => (id, transaction) =>
      transact(id, transaction).catch((error: unknown) => {
        if ((error as { code?: unknown } | undefined)?.code === 'SQLITE_BUSY') return transact(id, transaction);
        throw error;
      }),
  ),
);

noticed(
  'takes a failure without an error for none',
  undoes,
  transacting((transact) => async (id, transaction) => {
    const failure = await transact(id, transaction).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure !== undefined) throw failure;
  }),
);

noticed(
  'fails all that were called at the same moment with one',
  'transaction of a read model: one that fails takes none of its neighbours with it',
  transacting((transact) => {
    let group: Promise<unknown>[] = [];
    return async (id, transaction) => {
      if (group.length === 0)
        setImmediate(() => {
          group = [];
        });
      const own = group;
      own.push(transact(id, transaction));
      await Promise.resolve();
      await Promise.all(own);
    };
  }),
);

noticed(
  'does not see what it did itself',
  'transaction of a read model: sees what was there and what it did before',
  inSession((_, id, store) => ({ read: (key) => store.read(id, key) })),
);

noticed(
  'writes only what is new',
  'transaction of a read model: sees what was there and what it did before',
  inSession((session) => ({
    write: (key, document) => {
      if (document === null || session.read(key) === undefined) session.write(key, document);
    },
  })),
);

const writing = (change: (documents: readonly DocumentWrite[]) => readonly DocumentWrite[]): Break =>
  inSession((session) => ({ writeAll: (documents) => session.writeAll(change(documents)) }));

for (const [title, change] of [
  ['writes many documents backwards', (documents) => documents.toReversed()],
  ['removes none of many documents', (documents) => documents.filter(({ document }) => document !== null)],
  ['writes some of many documents', (documents) => documents.slice(0, 48)],
  [
    'removes before it writes',
    (documents) => documents.toSorted((a, b) => Number(a.document !== null) - Number(b.document !== null)),
  ],
] as const satisfies readonly (readonly [string, Parameters<typeof writing>[0]])[]) {
  noticed(title, 'transaction of a read model: writes many documents in the order given', writing(change));
}

noticed(
  'lets whoever kept a session read on',
  'transaction of a read model: whoever keeps the session cannot use it afterwards',
  inSession((session, id, store) => ({
    read: (key) => {
      try {
        return session.read(key);
      } catch {
        return store.read(id, key);
      }
    },
  })),
);

noticed(
  'swallows what `guarded` code throws',
  'transaction of a read model: `guarded` gives what its code gives, and throws what that throws',
  inSession((session) => ({
    guarded: (act) => {
      try {
        return session.guarded(act);
      } catch {
        return undefined as never;
      }
    },
  })),
);

noticed(
  'changes what is building alone',
  'transaction of a read model: a served build, and a kept one, can be changed',
  transacting((transact, store) => async (id, transaction) => {
    if (store.builds().some((build) => build.id === id && build.state !== 'building')) return;
    await transact(id, transaction);
  }),
);

noticed(
  'splits a large transaction',
  'transaction of a read model: one of 3,300 documents is one',
  transacting((transact) => async (id, transaction) => {
    const early = new Map<string, Parameters<ModelSession['write']>[1]>();
    const run: ModelTransaction['run'] = (session) =>
      transaction.run(
        changed(session, {
          write: (key, document) => {
            if (early.size < 1_000) early.set(key, document);
            session.write(key, document);
          },
        }),
      );
    try {
      await transact(id, { ...transaction, run });
    } catch (error) {
      const first: ModelTransaction['run'] = (session) => {
        for (const [key, document] of early) session.write(key, document);
        return undefined;
      };
      await transact(id, { expected: 'any', run: first });
      throw error;
    }
  }),
);

test.run();

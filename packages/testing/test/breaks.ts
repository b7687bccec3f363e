/** Ways to break a store in the middle: in its transactions, their sessions, and what it tells inline projections. */
import type {
  InlineProjections,
  InlineTransaction,
  ModelSession,
  ModelTransaction,
  ReadModelStore,
} from '@tidemark/core';
import { type Break, changed } from './mutant.ts';

type Transact = ReadModelStore['transact'];

/** A store whose `transact` is another. */
export const transacting =
  (change: (transact: Transact, store: ReadModelStore) => Transact): Break =>
  ({ readModels }) => ({ readModels: { transact: change((...given) => readModels.transact(...given), readModels) } });

/** A store whose sessions have other members. */
export const inSession = (
  change: (session: ModelSession, id: number, store: ReadModelStore) => Partial<ModelSession>,
): Break =>
  transacting((transact, store) => (id, transaction) => {
    const run: ModelTransaction['run'] = (session) => transaction.run(changed(session, change(session, id, store)));
    return transact(id, { ...transaction, run });
  });

/** A store that runs other projections than it was given. */
export const running =
  (change: (projections: InlineProjections) => Partial<InlineProjections>): Break =>
  (stores) => ({ useInline: (projections) => stores.useInline?.(changed(projections, change(projections))) });

/** A store whose appends have other transactions. */
export const inTransaction = (change: (transaction: InlineTransaction) => Partial<InlineTransaction>): Break =>
  running((projections) => ({
    begin: (transaction) => projections.begin(changed(transaction, change(transaction))),
  }));

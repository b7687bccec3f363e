/** The pieces of work at the loan desk, and when each may be planned. */
import type { OfferState } from './offers.ts';
import type { Status } from './status.ts';

export const workKinds = [
  'handle-lead',
  'complete-application',
  'follow-up-offer',
  'assess-application',
  'collect-papers',
  'assess-fraud',
  'change-contract',
] as const;

export type WorkKind = (typeof workKinds)[number];

interface WorkRule {
  readonly plannedWhen: readonly Status[];
  /** An offer has been this far before. */
  readonly needs?: OfferState;
}

/** Held against all 262,200 steps of the real log; a count says how often it goes beyond what seemed to be the rule. */
export const workRules: Readonly<Record<WorkKind, WorkRule>> = {
  'handle-lead': { plannedWhen: ['partly submitted'] },
  // 2 of 7,371 were planned just before the application was pre-accepted.
  'complete-application': { plannedWhen: ['partly submitted', 'pre-accepted'] },
  // 1 of 6,634 was planned before the first offer was selected, so no offer is asked for here.
  'follow-up-offer': { plannedWhen: ['finalized'] },
  'assess-application': { plannedWhen: ['finalized'], needs: 'sent back' },
  'collect-papers': { plannedWhen: ['finalized'], needs: 'sent back' },
  'assess-fraud': { plannedWhen: ['partly submitted', 'pre-accepted', 'finalized'] },
  // 5 of 12 were planned before the contract was granted. None was ever started.
  'change-contract': { plannedWhen: ['finalized', 'granted'], needs: 'sent' },
};

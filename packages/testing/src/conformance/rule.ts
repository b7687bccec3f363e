import type { ReadModelCapabilities, StoreCapabilities, Stores } from '@tidemark/core';
import type { ManualClock } from '../manual-clock.ts';

/** Rules of the contract: each title says what must be true, each check throws where it is not. */
export type Rules<G = OpenLog> = Readonly<Record<string, (ground: G) => Promise<void>>>;
type Check = Rules[string];

/** An empty log of its own for each rule, opened. */
export interface OpenLog extends Stores {
  /** The store's clock. */
  readonly clock: ManualClock;
  /** Opens the same log once more beside the first, as another process would. */
  openAnother(): Promise<Stores>;
  /** Closes whatever is open and opens the log again. */
  reopen(): Promise<Stores>;
  end(): Promise<void>;
}

/** Thrown by a check that this store need not pass. */
export class NotRequired extends Error {}

type Capability =
  | { [K in keyof StoreCapabilities]: StoreCapabilities[K] extends boolean ? K : never }[keyof StoreCapabilities]
  | keyof ReadModelCapabilities;

/** Rules for stores that can do this; the others need not pass, and say why. */
export function needing(capability: Capability, rules: Rules): Rules {
  return mapped(rules, (check) => async (log) => {
    if (!can(log, capability)) throw new NotRequired(`the store has no ${capability}`);
    return check(log);
  });
}

/** Rules for stores that cannot do this; they say nothing about the others. */
export function lacking(capability: Capability, rules: Rules): Rules {
  return mapped(rules, (check) => async (log) => {
    if (!can(log, capability)) return check(log);
  });
}

function can({ events, readModels }: OpenLog, capability: Capability): boolean {
  return capability === 'tables' ? readModels.capabilities[capability] : events.capabilities[capability];
}

function mapped(rules: Rules, change: (check: Check) => Check): Rules {
  return Object.fromEntries(Object.entries(rules).map(([title, check]) => [title, change(check)]));
}

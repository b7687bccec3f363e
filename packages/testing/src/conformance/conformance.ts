/**
 * What every store has to do, as a suite that any store's author binds in a dozen lines with any test runner. Each rule
 * gets a log of its own; the checks use `node:assert`.
 */
import type { Clock, StoreProvider, Stores } from '@tidemark/core';
import { ArgumentError } from '@tidemark/core';
import { manualClock } from '../manual-clock.ts';
import { inTime } from './language.ts';
import { type Check, NotRequired, type OpenLog, type Rules } from './rule.ts';
import { themes } from './themes.ts';

/** A store to be tried. */
export interface ConformanceTarget {
  /** Stands before each title. */
  readonly name: string;
  /** A provider of an empty log that nobody else has; what it opens repeatedly is that one log. It takes its time from `clock`. */
  provide(clock: Clock): StoreProvider | Promise<StoreProvider>;
  /** Frees what the provider left behind, after everything it opened was closed. */
  dispose?(provider: StoreProvider): void | Promise<void>;
  /** Rules this store is not held to, as `theme: rule` or a whole `theme`, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** A runner's way to declare a test: uvu's suite, `test` of `node:test`, vitest or jest. */
export type DeclareTest = (title: string, run: () => Promise<void>) => unknown;

/**
 * Declares one test for each rule of the store contract. A rule that is skipped is told to
 * `globalThis.__tidemarkSkip(title, reason)` where there is such a function.
 *
 * @example
 * storeConformance({ name: 'memory', provide: (clock) => memory({ clock }) }, test);
 */
export function storeConformance(target: ConformanceTarget, test: DeclareTest): void {
  const skips = new Map(Object.entries(target.skip ?? {}));
  const known = new Set<string>();
  for (const [theme, rules] of Object.entries<Rules>(themes)) {
    for (const [rule, check] of Object.entries(rules)) {
      const title = `${theme}: ${rule}`;
      const reason = skips.get(title) ?? skips.get(theme);
      known.add(theme).add(title);
      test(`${target.name}: ${title}`, () => hold(target, title, check, reason));
    }
  }
  for (const skip of skips.keys()) {
    if (!known.has(skip)) throw new ArgumentError('skip', `'${skip}'`, 'the title of a rule, or a theme');
  }
}

async function hold(target: ConformanceTarget, title: string, check: Check, reason: string | undefined): Promise<void> {
  if (reason !== undefined) return reportSkip(`${target.name}: ${title}`, reason);
  const log = await openLog(target);
  try {
    await inTime(check(log), title, 30_000);
  } catch (error) {
    if (!(error instanceof NotRequired)) throw error;
    reportSkip(`${target.name}: ${title}`, error.message);
  } finally {
    await inTime(log.end(), 'closing the stores', 10_000);
  }
}

/** An empty log of the target's, opened; `end` closes all of its openings and disposes of it. */
export async function openLog(target: ConformanceTarget): Promise<OpenLog & { end(): Promise<void> }> {
  const clock = manualClock();
  const provider = await target.provide(clock);
  const opened: Stores[] = [];
  const open = async (): Promise<Stores> => {
    const stores = await provider.open();
    opened.push(stores);
    return stores;
  };
  const close = async () => {
    for (const stores of opened.splice(0)) await stores.close();
  };
  return {
    ...(await open()),
    clock,
    openAnother: open,
    reopen: async () => {
      await close();
      return open();
    },
    close,
    end: async () => {
      await close();
      await target.dispose?.(provider);
    },
  };
}

export function reportSkip(title: string, reason: string): void {
  const { __tidemarkSkip: report } = globalThis as { __tidemarkSkip?: (title: string, reason: string) => void };
  report?.(title, reason);
}

/**
 * What every store has to do, as a suite that any store's author binds in a dozen lines with any test runner. Each rule
 * gets a log of its own; the checks use `node:assert`.
 */
import type { Stores } from '@tidemark/core';
import { manualClock } from '../manual-clock.ts';
import { type ConformanceTarget, type DeclareTest, declareRules } from './declare-rules.ts';
import type { OpenLog } from './rule.ts';
import { themes } from './themes.ts';

/**
 * Declares one test for each rule of the store contract. A rule that is skipped is told to
 * `globalThis.__tidemarkSkip(title, reason)` where there is such a function.
 *
 * @example
 * storeConformance({ name: 'memory', provide: (clock) => memory({ clock }) }, test);
 */
export function storeConformance(target: ConformanceTarget, test: DeclareTest): void {
  declareRules(target, themes, test, openLog);
}

/** An empty log of the target's, opened; `end` closes all of its openings and disposes of it. */
export async function openLog(target: ConformanceTarget): Promise<OpenLog> {
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

/** Binds rules to a store and to a test runner. */
import { ArgumentError, assertFunction, assertObject, type Clock, type StoreProvider } from '@tidemark/core';
import { inTime } from './language.ts';
import { NotRequired, type Rules } from './rule.ts';

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

/** What a rule is tried on; `end` closes and frees all of it. */
export interface Ground {
  end(): Promise<void>;
}

/** Refuses what no rule can be bound to, with `ArgumentError`, before a test is declared. */
export function assertBinding(target: ConformanceTarget, test: DeclareTest): void {
  assertObject('target', target);
  if (typeof target.name !== 'string') throw new ArgumentError('target.name', String(target.name), 'text');
  assertFunction('target.provide', target.provide);
  if (target.dispose !== undefined) assertFunction('target.dispose', target.dispose);
  if (target.skip !== undefined) assertObject('target.skip', target.skip);
  assertFunction('test', test);
}

/** Declares a test for each rule. `prepare` makes new ground for each. */
export function declareRules<G extends Ground>(
  target: ConformanceTarget,
  themes: Readonly<Record<string, Rules<G>>>,
  test: DeclareTest,
  prepare: (target: ConformanceTarget) => Promise<G>,
): void {
  assertBinding(target, test);
  const skips = new Map(Object.entries(target.skip ?? {}));
  const known = new Set<string>();
  for (const [theme, rules] of Object.entries(themes)) {
    for (const [rule, check] of Object.entries(rules)) {
      const place = `${theme}: ${rule}`;
      const title = `${target.name}: ${place}`;
      const reason = skips.get(place) ?? skips.get(theme);
      known.add(theme).add(place);
      test(title, async () =>
        reason === undefined ? hold(title, check, await prepare(target)) : reportSkip(title, reason),
      );
    }
  }
  for (const skip of skips.keys()) {
    if (!known.has(skip)) throw new ArgumentError('skip', `'${skip}'`, 'the title of a rule, or a theme');
  }
}

async function hold<G extends Ground>(title: string, check: (ground: G) => Promise<void>, ground: G): Promise<void> {
  try {
    await inTime(check(ground), title, 60_000);
  } catch (error) {
    if (!(error instanceof NotRequired)) throw error;
    reportSkip(title, error.message);
  } finally {
    await inTime(ground.end(), 'closing the stores', 10_000);
  }
}

function reportSkip(title: string, reason: string): void {
  const { __tidemarkSkip: report } = globalThis as { __tidemarkSkip?: (title: string, reason: string) => void };
  report?.(title, reason);
}

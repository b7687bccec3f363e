/** Runs the ways of a delay scenario in turn and takes percentiles over the events of all rounds together. */
import { collectGarbage, rotated } from './compare.ts';
import type { DelayScenario, Delays, DelayWay } from './scenario.ts';

export interface DelayOutcome {
  readonly way: DelayWay;
  /** Events that were measured. */
  readonly events: number;
  readonly sinceDue: Percentiles;
  readonly sinceAcknowledged: Percentiles | undefined;
}

/** In ms. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export async function measureDelays(ways: readonly DelayWay[], rounds: number): Promise<readonly DelayOutcome[]> {
  const measured = new Map<string, Delays[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const way of rotated(ways, round)) {
      collectGarbage();
      measured.get(way.name)?.push(await way.measure());
    }
  }
  return ways.map((way) => {
    const own = measured.get(way.name) ?? [];
    const sinceDue = own.flatMap((each) => each.sinceDue);
    const sinceAcknowledged = own.flatMap((each) => each.sinceAcknowledged ?? []);
    return {
      way,
      events: sinceDue.length,
      sinceDue: percentiles(sinceDue),
      sinceAcknowledged: sinceAcknowledged.length === 0 ? undefined : percentiles(sinceAcknowledged),
    };
  });
}

/** The outcomes that a smoke run does not forgive, in words. */
export function brokenCeilings({ name }: DelayScenario, outcomes: readonly DelayOutcome[]): readonly string[] {
  return outcomes.flatMap(({ way, sinceAcknowledged }) => {
    if (way.ceiling === undefined || sinceAcknowledged === undefined || sinceAcknowledged.p50 <= way.ceiling) return [];
    return `${name}: '${way.name}' took ${sinceAcknowledged.p50.toFixed(1)} ms, wanted at most ${way.ceiling}`;
  });
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  // The nearest rank: so many of all were at or below it.
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/**
 * Runs the ways of a scenario in turn, A B C A B C …, so that a slow moment of the machine falls on all of them alike,
 * and takes medians. Ratios are taken within a round, for the same reason.
 */
import v8 from 'node:v8';
import vm from 'node:vm';
import type { RateScenario, Way } from './scenario.ts';

export interface Outcome {
  readonly way: Way;
  /** Median, a second. */
  readonly rate: number;
  /** Median of the processor's time for each, in microseconds: all threads, without waiting. */
  readonly cpu: number;
  /** To the way it is compared with; absent for that one itself. */
  readonly ratio: Ratio | undefined;
  /** To the second way it is compared with. */
  readonly secondRatio: Ratio | undefined;
  /** Medians, by heading. */
  readonly figures: ReadonlyMap<string, number>;
}

/** Over the rounds. */
export interface Ratio {
  readonly to: string;
  readonly lowest: number;
  readonly median: number;
  readonly highest: number;
}

v8.setFlagsFromString('--expose-gc');
export const collectGarbage = vm.runInNewContext('gc') as () => void;

/** Rounds that are not counted are run first: they warm the code up. */
export async function compare(ways: readonly Way[], rounds: number, warmUps = 1): Promise<readonly Outcome[]> {
  const measured = new Map<string, Measured[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round < warmUps + rounds; round += 1) {
    for (const way of rotated(ways, round)) {
      const each = await measure(way);
      if (round >= warmUps) measured.get(way.name)?.push(each);
    }
  }
  return ways.map((way) => outcome(way, ways, measured));
}

/** Nobody is always the first, or always behind the same neighbour's writes. */
export function rotated<W>(ways: readonly W[], round: number): readonly W[] {
  return ways.map((_, index) => ways[(index + round) % ways.length] as W);
}

/** The outcomes that a smoke run does not forgive, in words. */
export function brokenFloors({ name }: RateScenario, outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ way, ratio }) => {
    if (way.floor === undefined || ratio === undefined || ratio.median >= way.floor) return [];
    return `${name}: '${way.name}' reached ${ratio.median.toFixed(2)} of '${ratio.to}', wanted ${way.floor}`;
  });
}

interface Measured {
  readonly rate: number;
  readonly cpu: number;
  readonly figures: Readonly<Record<string, number>>;
}

async function measure(way: Way): Promise<Measured> {
  // What others left behind is not this one's cost. A whole collection also throws away code that was compiled for objects
  // which happen to be dead at that moment: so it comes before this one is warmed up, not behind.
  collectGarbage();
  const work = await way.prepare();
  try {
    const usedBefore = process.cpuUsage();
    const began = performance.now();
    const done = await work.run();
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(usedBefore);
    const here = { seconds, cpuMicroseconds: user + system };
    const { count, ...used } = typeof done === 'number' ? { count: done, ...here } : done;
    await work.check();
    const figures = work.figures?.() ?? {};
    return { rate: count / used.seconds, cpu: used.cpuMicroseconds / count, figures };
  } finally {
    await work.close();
  }
}

function outcome(way: Way, ways: readonly Way[], measured: ReadonlyMap<string, readonly Measured[]>): Outcome {
  const own = measured.get(way.name) ?? [];
  const ratioTo = (to: string | undefined): Ratio | undefined => {
    const others = to === undefined || to === way.name ? [] : (measured.get(to) ?? []);
    if (to === undefined || others.length === 0) return undefined;
    return { to, ...spread(own.map(({ rate }, index) => rate / (others[index]?.rate ?? rate))) };
  };
  const headings = Object.keys(own[0]?.figures ?? {});
  return {
    way,
    rate: spread(own.map(({ rate }) => rate)).median,
    cpu: spread(own.map(({ cpu }) => cpu)).median,
    ratio: ratioTo(way.against ?? ways[0]?.name),
    secondRatio: ratioTo(way.alsoAgainst),
    figures: new Map(headings.map((key) => [key, spread(own.map(({ figures }) => figures[key] ?? 0)).median])),
  };
}

function spread(values: readonly number[]): Omit<Ratio, 'to'> {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return { lowest: sorted[0] ?? 0, median, highest: sorted[sorted.length - 1] ?? 0 };
}

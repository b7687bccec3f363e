/**
 * Runs the ways of a scenario in turn, A B C A B C …, so that a slow moment of the machine falls on all of them alike,
 * and takes medians. Ratios are taken within a round, for the same reason.
 */
import v8 from 'node:v8';
import vm from 'node:vm';
import type { Scenario, Way } from './scenario.ts';

export interface Outcome {
  readonly way: Way;
  /** Median, a second. */
  readonly rate: number;
  /** Median of the processor's time for each, in microseconds: all threads, without waiting. */
  readonly cpu: number;
  /** To the way it is compared with; absent for that one itself. */
  readonly ratio: Spread | undefined;
}

/** Over the rounds. */
interface Spread {
  readonly lowest: number;
  readonly median: number;
  readonly highest: number;
}

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

/** One round more is run first, and not counted: it warms the code up. */
export async function compare(ways: readonly Way[], rounds: number): Promise<readonly Outcome[]> {
  const measured = new Map<string, Measured[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    // Nobody is always the first, or always behind the same neighbour's writes.
    for (let index = 0; index < ways.length; index += 1) {
      const way = ways[(index + round) % ways.length] as Way;
      const each = await measure(way);
      if (round > 0) measured.get(way.name)?.push(each);
    }
  }
  return ways.map((way) => outcome(way, ways, measured));
}

/** The outcomes that a smoke run does not forgive, in words. */
export function brokenFloors({ name }: Scenario, outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ way, ratio }) => {
    if (way.floor === undefined || ratio === undefined || ratio.median >= way.floor) return [];
    return `${name}: '${way.name}' reached ${ratio.median.toFixed(2)} of what it is compared with, wanted ${way.floor}`;
  });
}

interface Measured {
  readonly rate: number;
  readonly cpu: number;
}

async function measure(way: Way): Promise<Measured> {
  const work = await way.prepare();
  try {
    // What others left behind is not this one's cost.
    collectGarbage();
    const usedBefore = process.cpuUsage();
    const began = performance.now();
    const count = await work.run();
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(usedBefore);
    await work.check();
    return { rate: count / seconds, cpu: (user + system) / count };
  } finally {
    await work.close();
  }
}

function outcome(way: Way, ways: readonly Way[], measured: ReadonlyMap<string, readonly Measured[]>): Outcome {
  const own = measured.get(way.name) ?? [];
  const against = way.against ?? ways[0]?.name ?? way.name;
  const others = measured.get(against) ?? [];
  const ratios = own.map(({ rate }, index) => rate / (others[index]?.rate ?? rate));
  return {
    way,
    rate: spread(own.map(({ rate }) => rate)).median,
    cpu: spread(own.map(({ cpu }) => cpu)).median,
    ratio: against === way.name || others.length === 0 ? undefined : spread(ratios),
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return { lowest: sorted[0] ?? 0, median, highest: sorted[sorted.length - 1] ?? 0 };
}

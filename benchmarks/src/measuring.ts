/** A scenario from its opening to its table. */
import fs from 'node:fs';
import path from 'node:path';
import { Bench } from './bench.ts';
import { brokenFloors, compare } from './compare.ts';
import { brokenCeilings, measureDelays } from './delays.ts';
import type { Options } from './options.ts';
import { delaysTable, ratesTable, type Table } from './report.ts';
import type { RateScenario, Scenario } from './scenario.ts';

export interface Measurement extends Table {
  /** What a smoke run does not forgive. */
  readonly broken: readonly string[];
}

export async function measureScenario(scenario: Scenario, folder: string, options: Options): Promise<Measurement> {
  const { size, mmap, way } = options;
  const own = fs.mkdtempSync(path.join(folder, `${scenario.name}-`));
  const bench = new Bench(own, size, { mmap });
  const isWanted = ({ name }: { readonly name: string }) => name.includes(way ?? '');
  try {
    if (scenario.kind === 'delays') {
      const ways = (await scenario.open(bench)).filter(isWanted);
      const outcomes = await measureDelays(ways, size === 'smoke' ? 1 : scenario.rounds);
      return { ...delaysTable(outcomes), broken: brokenCeilings(scenario, outcomes) };
    }
    const ways = (await scenario.open(bench)).filter(isWanted);
    const outcomes = await compare(ways, roundsOf(scenario, options), scenario.warmUps);
    return { ...ratesTable(scenario, outcomes), broken: brokenFloors(scenario, outcomes) };
  } finally {
    await bench.end();
    fs.rmSync(own, { recursive: true, force: true });
  }
}

/** Those that limit their rounds take long: once is enough to see that they run. */
function roundsOf({ mostRounds, roundsFactor = 1 }: RateScenario, { size, rounds }: Options): number {
  if (mostRounds === undefined) return size === 'smoke' ? rounds : rounds * roundsFactor;
  return size === 'smoke' ? 1 : Math.min(rounds, mostRounds);
}

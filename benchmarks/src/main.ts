/** `npm run bench`. The exit code is 0, 1 where a scenario failed or a smoke run found a wrong shape, 2 for a wrong command line. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bench } from './bench.ts';
import { brokenFloors, compare } from './compare.ts';
import { brokenCeilings, measureDelays } from './delays.ts';
import { machineFacts } from './machine.ts';
import { type Options, parseOptions, UsageError, usage } from './options.ts';
import { delaysSection, markdown, plain, ratesSection, type Section } from './report.ts';
import type { RateScenario, Scenario } from './scenario.ts';
import { chapters } from './scenarios/index.ts';

const results = fileURLToPath(new URL('../results.md', import.meta.url));
const args = process.argv.slice(2);
const scenarios = chapters.flatMap((chapter) => chapter.scenarios);

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\nnpm run bench -- --help shows what is understood`);
  return 2;
});

async function main(): Promise<number> {
  // npm runs scripts in the package's folder; paths are meant from where it was called.
  const options = parseOptions(args, process.env['INIT_CWD'] ?? process.cwd());
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const chosen = scenarios.filter(({ name }) => name.startsWith(options.only ?? ''));
  if (chosen.length === 0) {
    throw new UsageError(
      `--only: found '${options.only}', wanted one of ${scenarios.map(({ name }) => name).join(', ')}`,
    );
  }
  const folder = fs.mkdtempSync(path.join(options.folder ?? os.tmpdir(), 'tidemark-bench-'));
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return measure(chosen, folder, options);
}

async function measure(chosen: readonly Scenario[], folder: string, options: Options): Promise<number> {
  const { size, rounds, mmap } = options;
  const sections: Section[] = [];
  const broken: string[] = [];
  const machine = machineFacts(folder);
  console.log(`${machine.map(([, value]) => value).join(' · ')}\n`);
  for (const scenario of chosen) {
    try {
      const section = await sectionOf(scenario, folder, options);
      sections.push(section);
      broken.push(...section.broken);
      console.log(`${plain(section)}\n`);
    } catch (error) {
      console.error(`${scenario.name} failed:`, error);
      return 1;
    }
  }
  const isWhole = options.only === undefined && options.way === undefined;
  if (size === 'smoke') {
    for (const message of broken) console.error(message);
    console.log(`${sections.length} scenarios ran, ${broken.length} shapes are wrong`);
    return broken.length > 0 ? 1 : 0;
  }
  if (!isWhole) return 0;
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...shownArguments()] : [])].join(' ');
  fs.writeFileSync(results, markdown({ chapters, sections, machine, rounds, mmap, date: new Date(), command }));
  console.log(`written: ${path.relative(process.cwd(), results)}`);
  return 0;
}

/** Measures it, and says what a smoke run does not forgive. */
async function sectionOf(
  scenario: Scenario,
  folder: string,
  options: Options,
): Promise<Section & { readonly broken: readonly string[] }> {
  const { size, mmap, way } = options;
  const own = fs.mkdtempSync(path.join(folder, `${scenario.name}-`));
  const bench = new Bench(own, size, { mmap });
  const isWanted = ({ name }: { readonly name: string }) => name.includes(way ?? '');
  try {
    if (scenario.kind === 'delays') {
      const ways = (await scenario.open(bench)).filter(isWanted);
      const outcomes = await measureDelays(ways, size === 'smoke' ? 1 : scenario.rounds);
      return { ...delaysSection(scenario, outcomes), broken: brokenCeilings(scenario, outcomes) };
    }
    const ways = (await scenario.open(bench)).filter(isWanted);
    const outcomes = await compare(ways, roundsOf(scenario, options), scenario.warmUps);
    return { ...ratesSection(scenario, outcomes), broken: brokenFloors(scenario, outcomes) };
  } finally {
    await bench.end();
    fs.rmSync(own, { recursive: true, force: true });
  }
}

/** Those that limit their rounds take long: once is enough to see that they run. */
function roundsOf({ mostRounds }: RateScenario, { size, rounds }: Options): number {
  if (mostRounds === undefined) return rounds;
  return size === 'smoke' ? 1 : Math.min(rounds, mostRounds);
}

/** Paths are nobody's business but this machine's. */
function shownArguments(): readonly string[] {
  return args.map((argument, index) => {
    if (argument.startsWith('--dir=')) return '--dir=FOLDER';
    return args[index - 1] === '--dir' ? 'FOLDER' : argument;
  });
}

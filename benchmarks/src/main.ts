/** `npm run bench`. The exit code is 0, 1 where a scenario failed or a smoke run found a wrong shape, 2 for a wrong command line. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bench } from './bench.ts';
import { brokenFloors, compare } from './compare.ts';
import { machineFacts } from './machine.ts';
import { type Options, parseOptions, UsageError, usage } from './options.ts';
import { markdown, plain, type Section } from './report.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

const results = fileURLToPath(new URL('../results.md', import.meta.url));
const args = process.argv.slice(2);

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
      const section = { scenario, outcomes: await outcomesOf(scenario, folder, options) };
      sections.push(section);
      broken.push(...brokenFloors(section.scenario, section.outcomes));
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
  fs.writeFileSync(results, markdown({ sections, machine, rounds, mmap, date: new Date(), command }));
  console.log(`written: ${path.relative(process.cwd(), results)}`);
  return 0;
}

async function outcomesOf(scenario: Scenario, folder: string, { size, mmap, rounds, way }: Options) {
  const own = fs.mkdtempSync(path.join(folder, `${scenario.name}-`));
  try {
    const ways = await scenario.open(new Bench(own, size, { mmap }));
    return await compare(
      ways.filter(({ name }) => name.includes(way ?? '')),
      rounds,
    );
  } finally {
    fs.rmSync(own, { recursive: true, force: true });
  }
}

/** Paths are nobody's business but this machine's. */
function shownArguments(): readonly string[] {
  return args.map((argument, index) => {
    if (argument.startsWith('--dir=')) return '--dir=FOLDER';
    return args[index - 1] === '--dir' ? 'FOLDER' : argument;
  });
}

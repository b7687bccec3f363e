/** A suite of scenarios, from the command line to its results. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineFacts } from './machine.ts';
import type { Measurement } from './measuring.ts';
import { type Options, parseOptions, UsageError, usage } from './options.ts';
import { Child } from './processes/child.ts';
import type { MeasurerOptions } from './processes/measurer.ts';
import { markdown, plain, type Report, type Section } from './report.ts';
import type { Chapter, Scenario } from './scenario.ts';

export interface Suite {
  /** What is typed to run it. */
  readonly command: string;
  /** The file beside `results.md` that a whole run writes. */
  readonly results: string;
  /** What stands above the tables. */
  readonly title: string;
  readonly about: string;
  readonly chapters: readonly Chapter[];
  /** More to say of where it was measured; `folder` is to be written to. */
  facts?(folder: string): Promise<Report['machine']>;
}

const args = process.argv.slice(2);

/** Resolves to the exit code: 0, 1 where a scenario failed or a smoke run found a wrong shape, 2 for a wrong command line. */
export async function run(suite: Suite): Promise<number> {
  try {
    return await measureAsAsked(suite);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n${suite.command} -- --help shows what is understood`);
    return 2;
  }
}

async function measureAsAsked(suite: Suite): Promise<number> {
  const scenarios = suite.chapters.flatMap((chapter) => chapter.scenarios);
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
  return measure(suite, chosen, folder, options);
}

async function measure(suite: Suite, chosen: readonly Scenario[], folder: string, options: Options): Promise<number> {
  const { size, rounds, mmap } = options;
  const sections: Section[] = [];
  const broken: string[] = [];
  const facts = (await suite.facts?.(folder)) ?? [];
  const machine = machineFacts(folder);
  console.log(machine.map(([, value]) => value).join(' · '));
  console.log(facts.map(([label, value]) => `${label}: ${value}\n`).join(''));
  for (const scenario of chosen) {
    try {
      const { head, rows, broken: found } = await measured({ scenario: scenario.name, folder, options });
      const section = { scenario, head, rows };
      sections.push(section);
      broken.push(...found);
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
  const { title, about, chapters } = suite;
  const command = [suite.command, ...(args.length > 0 ? ['--', ...shownArguments()] : [])].join(' ');
  const results = fileURLToPath(new URL(`../${suite.results}`, import.meta.url));
  const report = { title, about, chapters, sections, machine: [...machine, ...facts], rounds, mmap };
  fs.writeFileSync(results, markdown({ ...report, date: new Date(), command }));
  console.log(`written: ${path.relative(process.cwd(), results)}`);
  return 0;
}

async function measured(options: MeasurerOptions): Promise<Measurement> {
  const child = await Child.start<Measurement>('measurer', options);
  try {
    child.go();
    return await child.result();
  } finally {
    await child.end();
  }
}

/** Paths are nobody's business but this machine's. */
function shownArguments(): readonly string[] {
  return args.map((argument, index) => {
    if (argument.startsWith('--dir=')) return '--dir=FOLDER';
    return args[index - 1] === '--dir' ? 'FOLDER' : argument;
  });
}

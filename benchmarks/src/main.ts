/** `npm run bench`. The exit code is 0, 1 where a scenario failed or a smoke run found a wrong shape, 2 for a wrong command line. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineFacts } from './machine.ts';
import type { Measurement } from './measuring.ts';
import { type Options, parseOptions, UsageError, usage } from './options.ts';
import { Child } from './processes/child.ts';
import type { MeasurerOptions } from './processes/measurer.ts';
import { markdown, plain, type Section } from './report.ts';
import type { Scenario } from './scenario.ts';
import { chapters, scenarios } from './scenarios/index.ts';

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
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...shownArguments()] : [])].join(' ');
  fs.writeFileSync(results, markdown({ chapters, sections, machine, rounds, mmap, date: new Date(), command }));
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

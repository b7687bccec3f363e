/** Figures for people: the same table in the terminal and in results.md. */
import type { Outcome } from './compare.ts';
import type { Scenario } from './scenario.ts';

export interface Section {
  readonly scenario: Scenario;
  readonly outcomes: readonly Outcome[];
}

export interface Report {
  readonly sections: readonly Section[];
  readonly machine: readonly (readonly [label: string, value: string])[];
  readonly rounds: number;
  readonly mmap: boolean;
  readonly date: Date;
  /** What was typed. */
  readonly command: string;
}

export function markdown({ sections, machine, rounds, mmap, date, command }: Report): string {
  const lines = [
    '# Benchmarks',
    '',
    `Written by \`${command}\` on ${date.toISOString().slice(0, 10)}; do not edit.`,
    '',
    'Each way of a scenario runs in turn in one process, on files of its own, and is compared with the same work done by',
    'hand with better-sqlite3 in the same round. Figures are medians; behind a ratio stand the lowest and the highest of the',
    'rounds. The rates belong to this machine and to what else it did; the ratios are what to compare.',
    '',
    '| | |',
    '| --- | --- |',
    ...machine.map(([label, value]) => `| ${label} | ${value} |`),
    `| rounds | ${rounds}, after one that is not counted |`,
    `| durability | full is \`synchronous=FULL\` with WAL, an fsync each commit; normal is \`synchronous=NORMAL\` with WAL |`,
    `| memory-mapped reading | ${mmap ? 'on' : 'off'}, on both sides |`,
    '',
  ];
  for (const section of sections) lines.push(...markdownOf(section), '');
  return `${lines.join('\n').trimEnd()}\n`;
}

function markdownOf({ scenario, outcomes }: Section): readonly string[] {
  return [
    `## ${scenario.title}`,
    '',
    scenario.about,
    '',
    `| way | ${scenario.unit} a second | µs each | of it CPU | ratio | wanted |`,
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...outcomes.map((outcome) => `| ${cells(outcome).join(' | ')} |`),
  ];
}

/** For the terminal. */
export function plain({ scenario, outcomes }: Section): string {
  const rows = [['', `${scenario.unit}/s`, 'µs each', 'CPU', 'ratio', 'wanted'], ...outcomes.map(cells)];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [`${scenario.title} (${scenario.name})`, ...rows.map((row) => `  ${line(row)}`)].join('\n');
}

function cells({ way, rate, cpu, ratio }: Outcome): string[] {
  return [
    way.name,
    Math.round(rate).toLocaleString('en'),
    short(1_000_000 / rate),
    short(cpu),
    ratio === undefined ? '' : `${ratio.median.toFixed(2)} (${ratio.lowest.toFixed(2)}–${ratio.highest.toFixed(2)})`,
    way.target === undefined ? '' : `≥ ${way.target}`,
  ];
}

function short(microseconds: number): string {
  return microseconds < 10 ? microseconds.toFixed(2) : microseconds.toFixed(0);
}

/** Figures for people: the same tables in the terminal and in results.md. */
import type { Outcome, Ratio } from './compare.ts';
import type { DelayOutcome, Percentiles } from './delays.ts';
import type { Chapter, RateScenario, Scenario } from './scenario.ts';

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A scenario's table. */
export interface Section extends Table {
  readonly scenario: Scenario;
}

export interface Report {
  readonly title: string;
  readonly about: string;
  readonly chapters: readonly Chapter[];
  readonly sections: readonly Section[];
  readonly machine: readonly (readonly [label: string, value: string])[];
  readonly rounds: number;
  readonly mmap: boolean;
  readonly date: Date;
  /** What was typed. */
  readonly command: string;
}

export function ratesTable({ unit }: RateScenario, outcomes: readonly Outcome[]): Table {
  const headings = [...new Set(outcomes.flatMap(({ figures }) => [...figures.keys()]))];
  const seconds = [...new Set(outcomes.flatMap(({ secondRatio }) => secondRatio?.to ?? []))];
  const head = ['way', `${unit} a second`, 'µs each', 'of it CPU', 'ratio', 'wanted'];
  const rows = outcomes.map(({ way, rate, cpu, ratio, secondRatio, figures }) => [
    way.name,
    shownRate(rate),
    short(1_000_000 / rate),
    short(cpu),
    shownRatio(ratio, outcomes[0]?.way.name),
    way.target === undefined ? '' : `≥ ${way.target}`,
    ...seconds.map((to) => (secondRatio?.to === to ? shownRatio(secondRatio, to) : '')),
    ...headings.map((heading) => shownFigure(figures.get(heading))),
  ]);
  return { head: [...head, ...seconds.map((to) => `ratio to ‘${to}’`), ...headings], rows };
}

export function delaysTable(outcomes: readonly DelayOutcome[]): Table {
  const head = ['way', 'events', 'p50, ms', 'p99', 'longest', 'p50 behind the acknowledgement, ms', 'p99', 'longest'];
  const rows = outcomes.map(({ way, events, sinceDue, sinceAcknowledged }) => [
    way.name,
    events.toLocaleString('en'),
    ...milliseconds(sinceDue),
    ...(sinceAcknowledged === undefined ? ['', '', ''] : milliseconds(sinceAcknowledged)),
    way.target === undefined ? '' : `p99 ≤ ${way.target}`,
  ]);
  return { head: [...head, 'wanted'], rows };
}

export function markdown(report: Report): string {
  const { title, about, chapters, sections, machine, rounds, mmap, date, command } = report;
  const lines = [
    `# ${title}`,
    '',
    `Written by \`${command}\` on ${date.toISOString().slice(0, 10)}; do not edit.`,
    '',
    about,
    '',
    '| column | meaning |',
    '| --- | --- |',
    '| a second, µs each | median of the rounds |',
    '| of it CPU | processor time for each in µs, all threads: above the time itself where threads ran at once, below it where the disk was waited for |',
    '| ratio | this rate divided by that of the first line, or of the line named, in the same round: 1 is as fast, 0.5 half as fast, 2 twice as fast. Median, and in parentheses the lowest and the highest round |',
    '| wanted | the bar that was set, reached or not |',
    '',
    '| measured on | |',
    '| --- | --- |',
    ...machine.map(([label, value]) => `| ${label} | ${value} |`),
    `| rounds | ${rounds}, after one that is not counted, where a table does not say otherwise |`,
    `| durability | full is \`synchronous=FULL\` with WAL, an fsync each commit; normal is \`synchronous=NORMAL\` with WAL, none |`,
    `| memory-mapped reading | ${mmap ? 'on' : 'off'}, on both sides |`,
    '',
  ];
  for (const { title, about, scenarios } of chapters) {
    lines.push(`## ${title}`, '', about, '');
    for (const section of sections) if (scenarios.includes(section.scenario)) lines.push(...markdownOf(section), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function markdownOf({ scenario, head, rows }: Section): readonly string[] {
  return [
    `### ${scenario.title}`,
    '',
    scenario.about,
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map((_, column) => (column === 0 ? '---' : '---:')).join(' | ')} |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}

/** For the terminal. */
export function plain({ scenario, head, rows }: Section): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [`${scenario.title} (${scenario.name})`, ...wrapped(scenario.about), ...all.map(line)]
    .map((text, index) => (index === 0 ? text : `  ${text.trimEnd()}`))
    .join('\n');
}

function wrapped(text: string): readonly string[] {
  return text.match(/.{1,110}(?:\s|$)/g)?.map((part) => part.trimEnd()) ?? [];
}

/** The way it is compared with is named where it is not the usual one. */
function shownRatio(ratio: Ratio | undefined, usual?: string): string {
  if (ratio === undefined) return '';
  const { to, median, lowest, highest } = ratio;
  const figures = `${median.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`;
  return to === usual ? figures : `${figures} to ‘${to}’`;
}

function milliseconds({ p50, p99, max }: Percentiles): readonly string[] {
  return [p50, p99, max].map((value) => value.toFixed(2));
}

function shownRate(rate: number): string {
  return rate < 10 ? rate.toFixed(2) : Math.round(rate).toLocaleString('en');
}

function shownFigure(value: number | undefined): string {
  if (value === undefined) return '';
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

function short(microseconds: number): string {
  return microseconds < 10 ? microseconds.toFixed(2) : microseconds.toFixed(0);
}

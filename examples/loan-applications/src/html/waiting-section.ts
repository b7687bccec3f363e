import { type ScaleLinear, scaleLinear, scaleLog } from 'd3-scale';
import type { DecisionTimes } from '../figures/decision-figures.ts';
import type { DecisionHistogram } from '../figures/decision-histogram.ts';
import { count, duration } from '../report/numbers.ts';
import { drawing, figure, px } from './drawing.ts';
import { html, type Markup } from './markup.ts';

const [width, left, right] = [760, 46, 14];
const row = { height: 128, words: 30, bars: 86 };
const axisHeight = 26;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Times that people have a word for. */
const ticks = [
  [1_000, '1 s'],
  [10_000, '10 s'],
  [minute, '1 min'],
  [10 * minute, '10 min'],
  [hour, '1 h'],
  [6 * hour, '6 h'],
  [day, '1 day'],
  [7 * day, '1 week'],
  [30 * day, '30 days'],
  [180 * day, '180 days'],
] as const;

export function waitingSection(times: readonly DecisionTimes[], histogram: DecisionHistogram | undefined): Markup {
  const any = times.find(({ outcome }) => outcome === 'any');
  if (any === undefined || histogram === undefined) return html`<p>No application was decided.</p>`;
  return html`
<p class="finding">Half of the ${count(any.applications)} decisions were made within ${duration(any.median)} of the submission, nine of ten within ${duration(any.p90)}.</p>
${drawing({
  id: 'waiting-times',
  title: 'Time from submission to decision, by decision',
  description: times.map(inWords).join(' '),
  width,
  height: histogramRows(times).length * row.height + axisHeight,
  narrowest: 'wide',
  content: histogramContent(times, histogram),
})}
<p class="note">Each bar is a range of times, on a scale on which every step is the same multiple. The solid line is the median; nine of ten were decided left of the dashed one.</p>
${quantileTable(times)}`;
}

function histogramRows(times: readonly DecisionTimes[]) {
  return times.flatMap(({ outcome, ...of }) =>
    outcome === 'any' || of.applications === 0 ? [] : [{ outcome, ...of }],
  );
}

interface Scales {
  /** Milliseconds → pixels from the left. */
  readonly x: (time: number) => number;
  /** Decisions → pixels above the base. */
  readonly y: ScaleLinear<number, number>;
}

function histogramContent(times: readonly DecisionTimes[], { bounds, decisions }: DecisionHistogram): Markup {
  const [from, to] = [bounds[0] ?? 1, bounds.at(-1) ?? 10];
  const rows = histogramRows(times);
  const x = scaleLog([from, to], [left, width - right]).clamp(true);
  const y = scaleLinear([0, Math.max(...Object.values(decisions).flat())], [0, row.bars]).nice(3);
  const bottom = rows.length * row.height;
  return html`
${ticks.map(([time, label]) => (time < from || time > to ? undefined : timeTick(x(time), bottom, label)))}
${rows.map(({ outcome, ...quantiles }, index) => {
  const base = (index + 1) * row.height - 8;
  return html`<g>${[
    rowHead(base, y, { outcome, ...quantiles }),
    decisions[outcome].map((number, bin) =>
      bar(outcome, number, { from: bounds[bin] ?? from, to: bounds[bin + 1] ?? to, base, x, y }),
    ),
    mark('median', `${outcome}, median`, { time: quantiles.median, base, x }),
    mark('p90', `${outcome}, nine of ten within`, { time: quantiles.p90, base, x }),
  ]}</g>`;
})}`;
}

function timeTick(x: number, bottom: number, label: string): Markup {
  return html`<line class="grid" x1="${px(x)}" x2="${px(x)}" y1="${row.words}" y2="${bottom}"/><text class="tick" x="${px(x)}" y="${bottom + 18}" text-anchor="middle">${label}</text>`;
}

function rowHead(base: number, y: Scales['y'], { outcome, applications, median, p90 }: DecisionTimes): Markup {
  return html`
<text x="${left}" y="${base - row.bars - 10}"><tspan class="name">${outcome}</tspan> ${count(applications)} · median ${duration(median)} · nine of ten within ${duration(p90)}</text>
${y
  .ticks(2)
  .filter(Number.isInteger)
  .map((tick) => {
    const at = px(base - y(tick));
    return html`<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/><text class="tick" x="${left - 6}" y="${at + 4}" text-anchor="end">${count(tick)}</text>`;
  })}`;
}

function bar(
  outcome: string,
  number: number,
  { from, to, base, x, y }: Scales & { readonly from: number; readonly to: number; readonly base: number },
): Markup | undefined {
  if (number === 0) return undefined;
  // What is there at all can be seen.
  const height = Math.max(y(number), 1);
  return html`
<rect class="${outcome}" x="${px(x(from) + 0.5)}" y="${px(base - height)}" width="${px(x(to) - x(from) - 1)}" height="${px(height)}"><title>${outcome} after ${duration(from)} to ${duration(to)}: ${count(number)}</title></rect>`;
}

function mark(
  kind: 'median' | 'p90',
  label: string,
  { time, base, x }: Pick<Scales, 'x'> & { readonly time: number | undefined; readonly base: number },
): Markup | undefined {
  if (time === undefined) return undefined;
  return html`
<line class="${kind}" x1="${px(x(time))}" x2="${px(x(time))}" y1="${base - row.bars}" y2="${base}"><title>${label} ${duration(time)}</title></line>`;
}

function quantileTable(times: readonly DecisionTimes[]): Markup {
  return figure(
    'The same in figures',
    html`<table>
<thead><tr><th scope="col">decision</th><th scope="col" class="figure">applications</th><th scope="col" class="figure">median</th><th scope="col" class="figure">nine of ten within</th></tr></thead>
<tbody>${times.map(
      ({ outcome, applications, median, p90 }) => html`
<tr><th scope="row">${outcome}</th><td class="figure">${count(applications)}</td><td class="figure">${duration(median)}</td><td class="figure">${duration(p90)}</td></tr>`,
    )}</tbody>
</table>`,
  );
}

function inWords({ outcome, applications, median, p90 }: DecisionTimes): string {
  return `${outcome}: ${count(applications)} applications, median ${duration(median)}, nine of ten within ${duration(p90)}.`;
}

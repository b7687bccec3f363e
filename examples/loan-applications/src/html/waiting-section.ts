import { scaleLinear, scaleLog } from 'd3-scale';
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

function histogramContent(times: readonly DecisionTimes[], { bounds, decisions }: DecisionHistogram): Markup {
  const rows = histogramRows(times);
  const x = scaleLog([bounds[0] ?? 1, bounds.at(-1) ?? 10], [left, width - right]);
  const y = scaleLinear([0, Math.max(...Object.values(decisions).flat())], [0, row.bars]).nice(3);
  const bottom = rows.length * row.height;
  const labelled = ticks.filter(([time]) => time >= (bounds[0] ?? 0) && time <= (bounds.at(-1) ?? 0));
  return html`
${labelled.map(([time, label]) => html`<line class="grid" x1="${px(x(time))}" x2="${px(x(time))}" y1="${row.words}" y2="${bottom}"/><text class="tick" x="${px(x(time))}" y="${bottom + 18}" text-anchor="middle">${label}</text>`)}
${rows.map(({ outcome, applications, median, p90 }, index) => {
  const base = (index + 1) * row.height - 8;
  return html`<g>
<text class="row" x="${left}" y="${base - row.bars - 10}"><tspan class="name">${outcome}</tspan> ${count(applications)} · median ${duration(median)} · nine of ten within ${duration(p90)}</text>
${y.ticks(2).map((tick) => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${px(base - y(tick))}" y2="${px(base - y(tick))}"/><text class="tick" x="${left - 6}" y="${px(base - y(tick) + 4)}" text-anchor="end">${count(tick)}</text>`)}
${decisions[outcome].map((number, bin) => {
  const [from = 1, to = 1] = bounds.slice(bin, bin + 2);
  if (number === 0) return undefined;
  // What is there at all can be seen.
  const height = Math.max(y(number), 1);
  return html`<rect class="${outcome}" x="${px(x(from) + 0.5)}" y="${px(base - height)}" width="${px(x(to) - x(from) - 1)}" height="${px(height)}"><title>${outcome} after ${duration(from)} to ${duration(to)}: ${count(number)}</title></rect>`;
})}
${mark('median', median)}${mark('p90', p90)}</g>`;

  function mark(kind: 'median' | 'p90', time: number | undefined): Markup | undefined {
    if (time === undefined) return undefined;
    const at = px(x(Math.max(time, bounds[0] ?? 1)));
    const label = kind === 'median' ? 'median' : 'nine of ten within';
    return html`<line class="${kind}" x1="${at}" x2="${at}" y1="${base - row.bars}" y2="${base}"><title>${outcome}, ${label} ${duration(time)}</title></line>`;
  }
})}`;
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

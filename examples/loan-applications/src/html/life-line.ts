/** When the steps of one application happened: a dot for each, on a line for its kind, along the time by the bank's clocks. */
import { scaleUtc } from 'd3-scale';
import { bankOffset } from '../bank-time.ts';
import type { Moment } from './application-life.ts';
import { drawing, px } from './drawing.ts';
import { html, type Markup } from './markup.ts';

const [width, left, right] = [760, 84, 16];
const [top, between, axis] = [14, 24, 30];
const dot = { radius: 5, apart: 7, farthest: 90 };
const day = 86_400_000;
const lines = ['Application', 'Offer', 'WorkItem'] as const;
const lineNames = { Application: 'application', Offer: 'offers', WorkItem: 'work' } as const;

export function lifeLine(life: readonly Moment[]): Markup {
  const times = life.map(({ time }) => local(time));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  // Where all happened at once there is still a line to draw.
  const x = scaleUtc([first, Math.max(last, first + 60_000)], [left, width - right]);
  const bottom = top + between * (lines.length - 1) + 14;
  const format = x.tickFormat(6, last - first > 2 * day ? '%-d %b' : '%H:%M');
  return drawing({
    id: 'life-line',
    title: `When it happened: ${life[0]?.at} to ${life.at(-1)?.at}`,
    description: `${life.length} steps. The table of all states has each of them.`,
    width,
    height: bottom + axis,
    narrowest: 'narrow',
    content: html`
${lines.map((kind, index) => html`<text class="tick" x="${left - 14}" y="${lineAt(index) + 4}" text-anchor="end">${lineNames[kind]}</text><line class="grid" x1="${left}" x2="${width - right}" y1="${lineAt(index)}" y2="${lineAt(index)}"/>`)}
${x.ticks(6).map((tick) => html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${bottom}" y2="${bottom + 5}"/><text class="tick" x="${px(x(tick))}" y="${bottom + 20}" text-anchor="middle">${format(tick)}</text>`)}
<line class="now" data-now="line" x1="0" x2="0" y1="4" y2="${bottom}"/>
${lines.flatMap((kind, index) => {
  const steps = life.filter(({ type }) => kindOf(type) === kind);
  const places = apart(
    steps.map(({ time }) => x(local(time))),
    width - right,
  );
  return steps.map(
    ({ revision, what, at }, step) =>
      html`<circle class="${kind}" data-revision="${revision}" cx="${px(places[step] ?? left)}" cy="${lineAt(index)}" r="${dot.radius}"><title>${revision}: ${what}, ${at}</title></circle>`,
  );
})}`,
  });
}

/**
 * Many steps come within a second: their dots stand side by side, so that each is seen and can be pointed at, though
 * none is more than some `farthest` pixels from where it belongs. `places` rise.
 */
function apart(places: readonly number[], end: number): readonly number[] {
  const gap = Math.min(dot.apart, dot.farthest / places.length);
  const moved = [...places];
  for (let index = 1; index < moved.length; index += 1) {
    moved[index] = Math.max(moved[index] ?? 0, (moved[index - 1] ?? 0) + gap);
  }
  for (let index = moved.length - 1, last = end; index >= 0; index -= 1, last -= gap) {
    moved[index] = Math.min(moved[index] ?? 0, last);
  }
  return moved;
}

function lineAt(index: number): number {
  return top + index * between;
}

function kindOf(type: string): (typeof lines)[number] {
  return lines.find((kind) => type.startsWith(kind)) ?? 'Application';
}

/** A time whose UTC fields are the bank's local ones, so that a day of the axis is a day of the bank. */
function local(time: number): number {
  return time + bankOffset(time) * 60_000;
}

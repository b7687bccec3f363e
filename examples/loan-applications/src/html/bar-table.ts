/**
 * A bar chart that is a table: each row has its name, its bar and its figures, so that those who see it, hear it, print it
 * or copy from it get the same.
 */
import { figure } from './drawing.ts';
import { html, type Markup, type Part } from './markup.ts';

/** Which colour a mark has. */
export type Tone = 'plain' | 'approved' | 'declined' | 'cancelled' | 'open';

interface BarRow {
  readonly name: string;
  /** From 0 to 1: of the width that there is. */
  readonly share: number;
  /** A paler bar behind it, where there is one to compare with. */
  readonly behind?: number;
  /** The part of the bar that is marked, from 0 to `share`. */
  readonly marked?: number;
  readonly tone?: Tone;
  /** What the pointer is told. */
  readonly hint: string;
  readonly figures: readonly string[];
}

export interface BarTable {
  readonly caption: string;
  /** Of the names, and of the figures behind the bars. */
  readonly head: readonly [string, ...string[]];
  /** Rows that belong together. */
  readonly groups: readonly (readonly BarRow[])[];
}

export function barTable({ caption, head: [first, ...others], groups }: BarTable): Markup {
  return figure(
    caption,
    html`<table class="bars">
<thead><tr><th scope="col">${first}</th><td class="bar"></td>${others.map((name) => html`<th scope="col" class="figure">${name}</th>`)}</tr></thead>
${groups.map((rows) => html`<tbody>${rows.map(row)}</tbody>`)}
</table>`,
  );
}

function row({ name, share, behind, marked, tone = 'plain', hint, figures }: BarRow): Markup {
  return html`
<tr><th scope="row">${name}</th><td class="bar"><svg class="bar" aria-hidden="true" width="100%" height="16"><title>${hint}</title>${[
    behind === undefined ? undefined : rectangle('behind', behind),
    rectangle(tone, share),
    marked === undefined ? undefined : rectangle('marked', marked),
  ]}</svg></td>${figures.map((figure) => html`<td class="figure">${figure}</td>`)}</tr>`;
}

function rectangle(kind: string, share: number): Part {
  // What is there at all can be seen.
  const width = share > 0 ? Math.max(share * 100, 0.4) : 0;
  return html`<rect class="${kind}" width="${width.toFixed(1)}%" height="100%" rx="2"/>`;
}

/** The share of the largest. */
export function ofLargest(values: readonly number[]): (value: number) => number {
  const largest = Math.max(0, ...values);
  return (value) => (largest === 0 ? 0 : value / largest);
}

import { countOf, type FlowFigures, type Follow, mainFollows } from '../figures/flow-figures.ts';
import { count, percent } from '../report/numbers.ts';
import { drawing, figure, px } from './drawing.ts';
import { type Layout, layOut } from './flow-layout.ts';
import { html, type Markup, type Part } from './markup.ts';

const box = { width: 152, height: 46, withLast: 62 };
/** The rarest arrows are left out of the drawing: what is drawn makes up this much of all that happened. */
const shownShare = 0.98;
const widest = 7;

export async function flowSection(figures: FlowFigures): Promise<Markup> {
  const { steps, follows } = figures;
  if (steps.length === 0) return html`<p>No application took a step.</p>`;
  const shown = mainFollows(figures, shownShare);
  const left = countOf(follows) - countOf(shown);
  return html`
<p class="finding">What an application, or one of its offers, did next: ${count(steps.length)} kinds of steps, and ${count(follows.length)} ways from one to the next.</p>
<p>${
    left === 0
      ? 'All of them are drawn.'
      : `Not drawn are the rarest ways, ${count(follows.length - shown.length)} of them: together ${percent(left / countOf(follows))} of the ${count(countOf(follows))} times that a step followed another.`
  } Work items are left out, as they come between any two. Blue boxes are steps of the application, ochre ones steps of an offer.</p>
${await graph(figures, shown)}
<details><summary>All ${count(follows.length)} ways as a table</summary>${table(follows, shown)}</details>`;
}

async function graph({ steps, follows }: FlowFigures, shown: readonly Follow[]): Promise<Markup> {
  const most = Math.max(1, ...follows.map((follow) => follow.count));
  const ways = inOrder(shown, steps);
  const layout = await layOut(
    steps.map(({ step, last }) => ({ id: step, width: box.width, height: heightOf(last) })),
    ways.map(({ from, to, count: number }) => ({
      from,
      to,
      label: count(number),
      weight: Math.round((10 * number) / most),
    })),
  );
  return drawing({
    id: 'process',
    title: 'The process as a graph: which step directly follows which',
    description: `${shown.map(inWords).join('; ')}.`,
    width: layout.width,
    height: layout.height,
    narrowest: 'full',
    content: html`
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
${layout.arrows.map((place, index) => arrow(place, ways[index], most))}
${layout.boxes.map((corner, index) => stepBox(corner, steps[index]))}`,
  });
}

function arrow({ path, label }: Layout['arrows'][number], follow: Follow | undefined, most: number): Part {
  if (follow === undefined) return undefined;
  const width = px(1 + (widest - 1) * Math.sqrt(follow.count / most));
  return html`
<g class="arrow"><title>${inWords(follow)}</title><path class="hold" d="${path}"/><path class="line" d="${path}" stroke-width="${width}" marker-end="url(#tip)"/><text x="${px(label.x)}" y="${px(label.y + 4)}" text-anchor="middle">${count(follow.count)}</text></g>`;
}

function stepBox({ x, y }: Layout['boxes'][number], figures: FlowFigures['steps'][number] | undefined): Part {
  if (figures === undefined) return undefined;
  const { step, taken, last } = figures;
  const kind = step.startsWith('Offer') ? 'offer' : 'application';
  const line = (name: string, below: number, text: string) =>
    html`<text class="${name}" x="${px(x + box.width / 2)}" y="${px(y + below)}" text-anchor="middle">${text}</text>`;
  return html`
<g class="step ${kind}"><title>${stepName(step)}: taken ${count(taken)} times, the last step of ${count(last)} applications</title><rect x="${px(x)}" y="${px(y)}" width="${box.width}" height="${heightOf(last)}" rx="8"/>${[
    line('name', 20, stepName(step)),
    line('number', 36, count(taken)),
    last === 0 ? undefined : line('last', 53, `last step of ${count(last)}`),
  ]}</g>`;
}

function inWords({ from, to, count: number }: Follow): string {
  return `${stepName(from)} → ${stepName(to)}: ${count(number)}`;
}

function heightOf(last: number): number {
  return last === 0 ? box.height : box.withLast;
}

/** As ELK is to see them: from the first step to the last. */
function inOrder(follows: readonly Follow[], steps: FlowFigures['steps']): readonly Follow[] {
  const place = new Map(steps.map(({ step }, index) => [step, index]));
  const placeOf = (step: string) => place.get(step) ?? 0;
  return [...follows].sort((a, b) => placeOf(a.from) - placeOf(b.from) || placeOf(a.to) - placeOf(b.to));
}

function table(follows: readonly Follow[], shown: readonly Follow[]): Markup {
  const all = countOf(follows);
  return figure(
    'Which step directly follows which',
    html`<table>
<thead><tr><th scope="col">step</th><th scope="col">next step</th><th scope="col" class="figure">times</th><th scope="col" class="figure">of all</th><th scope="col">drawn</th></tr></thead>
<tbody>${follows.map(
      (follow) => html`
<tr><th scope="row">${stepName(follow.from)}</th><td>${stepName(follow.to)}</td><td class="figure">${count(follow.count)}</td><td class="figure">${percent(follow.count / all)}</td><td>${shown.includes(follow) ? 'yes' : 'no'}</td></tr>`,
    )}</tbody>
</table>`,
  );
}

/** `OfferSentBack` → `offer sent back`, `ApplicationApproved` → `approved`: it is the application where nothing is said. */
function stepName(step: string): string {
  const words = step.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return words.replace(/^application /, '').replace('pre accepted', 'pre-accepted');
}

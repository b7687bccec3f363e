import type { Moment } from './application-life.ts';
import { figure } from './drawing.ts';
import { lifeLine } from './life-line.ts';
import { html, jsonInScript, type Markup } from './markup.ts';

/** A slider over the states of one application. Where no script runs there is the table, and nothing that does nothing. */
export function lifeSection(number: string | undefined, life: readonly Moment[]): Markup {
  const last = life.at(-1);
  if (number === undefined || last === undefined) {
    return html`<p>Nothing is recorded of ${number === undefined ? 'any application' : html`application <bdi>${number}</bdi>`}.</p>`;
  }
  return html`
<p class="finding">Application <bdi>${number}</bdi> in its ${life.length} states. None of them is stored: each was made from the events up to it.</p>
<div id="time-travel" hidden="hidden">
<p class="call"><code>await app.load(LoanApplication, '${number}', { atRevision: <b data-now="revision">${last.revision}</b> })</code></p>
<div class="controls">
<button type="button" data-move="-1">Earlier</button>
<input type="range" id="revision" aria-label="Revision of the application" min="0" max="${life.length - 1}" step="1" value="${life.length - 1}"/>
<button type="button" data-move="1">Later</button>
</div>
${lifeLine(life)}
<p class="happened"><span data-now="at">${last.at}</span> <b data-now="what">${last.what}</b> by <bdi data-now="by">${last.by}</bdi></p>
<dl class="state">${Object.entries(last.state).map(
    ([name, value]) => html`
<div data-field="${name}"><dt>${name}</dt><dd>${value}</dd></div>`,
  )}
</dl>
<p class="note">A marked field is one that the event changed. The slider moves with the arrow keys, too.</p>
</div>
<details id="all-states" open="open"><summary>All ${life.length} states as a table</summary>${statesTable(life, last)}</details>
<script type="application/json" id="states">${jsonInScript(life.map(({ time: _, type: __, ...shown }) => shown))}</script>`;
}

function statesTable(life: readonly Moment[], { state }: Moment): Markup {
  return figure(
    'All states of the application',
    html`<table class="states">
<thead><tr><th scope="col" class="figure">revision</th><th scope="col">when</th><th scope="col">what</th><th scope="col">by</th>${Object.keys(state).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${life.map(
      (moment) => html`
<tr><th scope="row" class="figure">${moment.revision}</th><td>${moment.at}</td><td>${moment.what}</td><td>${moment.by}</td>${Object.values(moment.state).map((value) => html`<td>${value}</td>`)}</tr>`,
    )}</tbody>
</table>`,
  );
}

import type { WorkloadFigures } from '../figures/workload-figures.ts';
import { unknownEmployee } from '../read-models/workload.ts';
import { count, hours } from '../report/numbers.ts';
import { barTable, ofLargest } from './bar-table.ts';
import { figure } from './drawing.ts';
import { html, type Markup } from './markup.ts';

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const shownEmployees = 15;

/** How deep the cells of the table are tinted, from 0 to this. */
const tints = 6;

export function workSection(work: WorkloadFigures): Markup {
  if (work.sessions === 0) return html`<p>No work was taken up and put down on one day.</p>`;
  const [first, others] = [work.byEmployee.slice(0, shownEmployees), work.byEmployee.slice(shownEmployees)];
  const most = Math.max(...work.byEmployee.flatMap((employee) => employee.weekdays));
  return html`
<p class="finding">${count(work.employees)} employees put down ${count(work.sessions)} pieces of work on the day they had taken them up, in ${count(work.time / 3_600_000)} hours.</p>
<p>${count(work.leftOpen)} more had lain open since an earlier day, and ${count(work.untouched)} were put down without having been taken up: their time says nothing, and they are not counted below.${unnamed(work)}</p>
${weekdayTable(work)}
${employeeTable('Sessions by employee and day of the week: the deeper the colour, the more', first, most)}
${
  others.length === 0
    ? undefined
    : html`<details><summary>${count(others.length)} more employees</summary>${employeeTable('The other employees', others, most)}</details>`
}`;
}

function unnamed({ byEmployee }: WorkloadFigures): string {
  const named = byEmployee.every(({ employee }) => employee !== unknownEmployee);
  return named ? '' : ` Where the log names nobody, the employee is “${unknownEmployee}”.`;
}

function weekdayTable({ byWeekday }: WorkloadFigures): Markup {
  const ofBusiest = ofLargest(byWeekday.map(({ sessions }) => sessions));
  return barTable({
    caption: 'Sessions by day of the week',
    head: ['day', 'sessions', 'hours', 'sessions a day'],
    groups: [
      byWeekday.map(({ sessions, time, days }, index) => ({
        name: weekdays[index] ?? '',
        share: ofBusiest(sessions),
        hint: `${weekdays[index]}: ${count(sessions)} sessions on ${count(days)} days`,
        figures: [count(sessions), count(time / 3_600_000), days === 0 ? '–' : count(sessions / days)],
      })),
    ],
  });
}

function employeeTable(caption: string, employees: WorkloadFigures['byEmployee'], most: number): Markup {
  return figure(
    caption,
    html`<table class="heat">
<thead><tr><th scope="col">employee</th>${weekdays.map((day) => html`<th scope="col" class="figure"><abbr title="${day}">${day.slice(0, 3)}</abbr></th>`)}<th scope="col" class="figure">sessions</th><th scope="col" class="figure">hours</th></tr></thead>
<tbody>${employees.map(
      ({ employee, weekdays: sessions, ...all }) => html`
<tr><th scope="row">${employee}</th>${sessions.map(
        (number, index) =>
          html`<td class="figure tint-${Math.ceil((number / most) * tints)}" title="${employee}, ${weekdays[index]}: ${count(number)} sessions">${number === 0 ? '·' : count(number)}</td>`,
      )}<td class="figure">${count(all.sessions)}</td><td class="figure">${hours(all.time)}</td></tr>`,
    )}</tbody>
</table>`,
  );
}

import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventData } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decisionFigures } from '../src/figures/decision-figures.ts';
import { flowFigures, mainFollows } from '../src/figures/flow-figures.ts';
import { funnelFigures } from '../src/figures/funnel-figures.ts';
import { offerFigures } from '../src/figures/offer-figures.ts';
import { variantFigures } from '../src/figures/variant-figures.ts';
import { workloadFigures } from '../src/figures/workload-figures.ts';
import { loanReport, ReportNotWrittenError, writeLoanReport } from '../src/html/loan-report.ts';
import { workSection } from '../src/html/work-section.ts';
import { openLoanDesk, readModelsCaughtUp } from '../src/loan-desk.ts';
import { count, duration, hours, percent } from '../src/report/numbers.ts';
import { lines, log, trace, withFolder } from './log-files.ts';
import { OpenedPage, textsOfXml } from './opened-page.ts';
import { deskOf, sampleDesk } from './sample-desk.ts';

/** For the tests that only look. */
const { app, number, report } = await sampleDesk();
test.after(() => app.stop());

test('the page is well-formed, its ids are unique, and what is named by an id is there', () => {
  textsOfXml(report);
  const page = new OpenedPage(report);
  const ids = page.all('[id]').map((element) => element.getAttribute('id'));
  assert.is(new Set(ids).size, ids.length);
  const named = ['aria-labelledby', 'href', 'marker-end'].flatMap((attribute) =>
    page.all(`[${attribute}]`).flatMap((element) => (element.getAttribute(attribute) ?? '').split(' ')),
  );
  assert.ok(named.length > 20);
  for (const name of named) assert.ok(ids.includes(name.replace(/^url\(#(.*)\)$/, '$1').replace(/^#/, '')), name);
});

test('the page loads nothing, and lets the browser load nothing and run no other script', () => {
  const page = new OpenedPage(report);
  assert.not.match(report, /https?:|@import|\bsrc=|<link|<base/i);
  for (const [, target] of report.matchAll(/\b(?:href="|url\()([^")]*)/g)) assert.match(target ?? '', /^#/);
  const policy = page.one('meta[http-equiv]').getAttribute('content') ?? '';
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  assert.match(policy, "default-src 'none';");
  assert.match(policy, `style-src ${hash(page.text('style'))};`);
  assert.match(policy, `script-src ${hash(page.text('script:not([type])'))};`);
});

test('every drawing and every scrolling box has a name, and drawings are described', () => {
  const page = new OpenedPage(report);
  const drawings = page.all('svg[role="img"]');
  assert.is(drawings.length, 3);
  for (const drawing of drawings) {
    assert.ok((drawing.querySelector('title')?.textContent.length ?? 0) > 10);
    assert.ok((drawing.querySelector('desc')?.textContent.length ?? 0) > 10);
  }
  for (const box of page.all('.scroll')) {
    assert.is(box.getAttribute('tabindex'), '0');
    assert.ok(box.getAttribute('aria-label'));
  }
  assert.is(page.all('svg:not([role="img"]):not([aria-hidden="true"])').length, 0);
});

test('the funnel, the waiting times and the offers are those of the figures', async () => {
  const page = new OpenedPage(report);
  const { stages, exits } = await funnelFigures(app);
  assert.equal(page.tables('#funnel'), [
    stages.map((stage) => [stage.name, count(stage.applications), percent(stage.ofAll), percent(stage.ofPrevious)]),
    exits.map((exit) => [exit.name, count(exit.applications), percent(exit.ofAll)]),
  ]);
  const times = await decisionFigures(app);
  assert.equal(page.tables('#waiting'), [
    times.map((time) => [time.outcome, count(time.applications), duration(time.median), duration(time.p90)]),
  ]);
  const { offers, fates, perApplication } = await offerFigures(app);
  const made = fates.filter((fate) => fate.offers > 0);
  const share = (got: number) => percent(got / [...perApplication.values()].reduce((sum, number) => sum + number));
  assert.equal(page.tables('#offers'), [
    made.map((fate) => [fate.fate, count(fate.offers), percent(fate.offers / offers), count(fate.sentBack)]),
    [...perApplication].map(([number, got]) => [String(number), count(got), share(got)]),
  ]);
  const { applications, steps } = await variantFigures(app);
  assert.match(page.text('header'), `${count(applications)} applications took ${count(steps)} steps`);
});

test('every decision is in one bar of the histogram', async () => {
  const page = new OpenedPage(report);
  for (const { outcome, applications } of await decisionFigures(app)) {
    if (outcome === 'any') continue;
    const bars = page.all(`#waiting rect.${outcome} title`).map(({ textContent }) => textContent);
    const inBars = bars.map((title) => Number(title.slice(title.lastIndexOf(':') + 1).replaceAll(',', '')));
    assert.is(
      inBars.reduce((sum, number) => sum + number),
      applications,
      outcome,
    );
  }
});

test('work is shown by day of the week and by employee, nobody left out', async () => {
  const { byWeekday, byEmployee, sessions } = await workloadFigures(app);
  const [weekdays = [], ...employees] = new OpenedPage(report).tables('#work');
  assert.equal(
    weekdays.map(([, shown]) => shown),
    byWeekday.map((day) => count(day.sessions)),
  );
  assert.equal(
    employees.flat(),
    byEmployee.map(({ employee, weekdays: days, ...all }) => [
      employee,
      ...days.map((number) => (number === 0 ? '·' : count(number))),
      count(all.sessions),
      hours(all.time),
    ]),
  );
  assert.is(
    byEmployee.flatMap((employee) => employee.weekdays).reduce((sum, number) => sum + number),
    sessions,
  );
});

test('employees beyond the busiest are folded away, and none is lost', () => {
  const byEmployee = Array.from({ length: 40 }, (_, index) => ({
    employee: `employee-${index}`,
    sessions: 1,
    time: 0,
    weekdays: [1, 0, 0, 0, 0, 0, 0],
  }));
  const nobody = { employees: 40, workDays: 40, sessions: 40, time: 0, leftOpen: 0, untouched: 0, week: [] };
  const work = workSection({ ...nobody, byEmployee, byWeekday: [], busiestMonday: undefined });
  const page = new OpenedPage(`<!DOCTYPE html><html><body>${work}</body></html>`);
  assert.equal(
    page.all('.heat tbody th').map(({ textContent }) => textContent),
    byEmployee.map(({ employee }) => employee),
  );
  assert.match(page.text('summary'), `${page.all('details .heat tbody tr').length} more employees`);
});

test('the process has a box for each step and an arrow for all but the rarest ways, which the page says', async () => {
  const page = new OpenedPage(report);
  const figures = await flowFigures(app);
  const shown = mainFollows(figures, 0.98);
  assert.equal(
    page.all('.step .number').map(({ textContent }) => textContent),
    figures.steps.map(({ taken }) => count(taken)),
  );
  const labels = page.all('.arrow text').map(({ textContent }) => textContent);
  assert.equal(labels.sort(), shown.map((follow) => count(follow.count)).sort());
  assert.ok(shown.length < figures.follows.length, 'there is something to leave out');
  assert.match(
    page.text('#process'),
    `Not drawn are the rarest ways, ${figures.follows.length - shown.length} of them`,
  );
  const [table = []] = page.tables('#process');
  assert.is(table.length, figures.follows.length);
  assert.is(table.filter(([, , , , drawn]) => drawn === 'yes').length, shown.length);
  for (const path of page.all('.arrow .line')) assert.match(path.getAttribute('d') ?? '', /^M[\d. CLQ-]+$/);
});

test('names from anywhere are texts in the page, whatever they are', async () => {
  const names = [
    '</script><script>alert(1)</script>',
    '"onmouseover="alert(1)"',
    "<img/src='x'/onerror='alert(1)'>",
    '<!--<script>',
  ];
  const [script = '', quote = '', image = '', comment = ''] = names;
  await using hostile = await openLoanDesk(sqlite(':memory:'));
  const at = (minute: number) => `2012-01-02T09:0${minute}:00.000Z`;
  const happened = (minute: number, type: string, data: object) =>
    eventData(type, data, { metadata: { $occurredAt: at(minute) } });
  const { position: last = 0 } = await hostile.eventStore.append(
    'application-1',
    [
      happened(0, 'ApplicationSubmitted', { amount: 5, registeredAt: new Date(at(0)), by: script }),
      happened(1, 'ApplicationPartlySubmitted', { by: quote }),
      happened(2, 'WorkItemScheduled', { work: script, by: image }),
      happened(3, 'WorkItemStarted', { work: script, by: comment }),
      happened(4, 'WorkItemCompleted', { work: script, by: script }),
      happened(5, 'WorkItemStarted', { work: comment, by: image }),
      happened(6, 'WorkItemCompleted', { work: comment, by: image }),
    ],
    { expectedRevision: 'no_stream' },
  );
  await readModelsCaughtUp(hostile, last, { timeout: 30_000 });
  const logName = `${script}${quote}.xes`;
  const text = await loanReport(hostile, { logName, application: '1' });
  textsOfXml(text);
  const page = new OpenedPage(text);
  assert.equal([page.all('script').length, page.all('img').length], [2, 0]);
  const attributes = page.all('*').flatMap((element) => [...element.attributes].map(({ name }) => name));
  assert.equal(
    attributes.filter((name) => name.startsWith('on')),
    [],
  );
  assert.is(page.text('header bdi'), logName);
  assert.equal(
    page.states().map(({ by }) => by),
    [script, quote, image, comment, script, image, image],
  );
  const [rows = []] = page.tables('#life');
  assert.equal(
    rows.map(([, , , by]) => by),
    [script, quote, image, comment, script, image, image],
  );
  assert.match(rows[4]?.[2] ?? '', script);
  const [, employees = []] = page.tables('#work');
  assert.equal(employees.map(([employee]) => employee).sort(), [script, image].sort());
  page.run();
  assert.is(page.text('[data-now="by"]'), image);
});

test('an application that is not there, and its name, do no harm', async () => {
  const wanted = '<b>9</b>';
  const other = await loanReport(app, { logName: 'log.xes', application: wanted });
  textsOfXml(other);
  const page = new OpenedPage(other);
  assert.match(page.text('#life'), `Nothing is recorded of application ${wanted}.`);
  page.run();
  assert.is(page.all('#life b, script[type]').length, 0);
});

test('a log with next to nothing in it gives a page that says so', async () => {
  const small = await deskOf(log(trace('1', lines('A_SUBMITTED'))));
  const text = await loanReport(small.app, { logName: 'log.xes', application: '1' });
  await small.app.stop();
  textsOfXml(text);
  const page = new OpenedPage(text);
  for (const [section, words] of [
    ['#waiting', 'No application was decided.'],
    ['#offers', 'No offer was made.'],
    ['#work', 'No work was taken up and put down on one day.'],
    ['#process', 'All of them are drawn.'],
  ] as const) {
    assert.match(page.text(section), words);
  }
  assert.equal([page.all('.step').length, page.all('.arrow').length, page.states().length], [1, 0, 1]);
  assert.not.match(text.slice(0, text.lastIndexOf('<script>')), /NaN|Infinity|undefined/);
});

test('the same events give the same page, byte for byte', async () => {
  const again = await sampleDesk();
  await again.app.stop();
  assert.is(again.report, report);
});

test('the report is written where it is wanted, over what was there, and its path is told', async () => {
  await withFolder(async (folder) => {
    const what = { logName: 'log.xes', application: number };
    const file = join(folder, 'new', 'report.html');
    assert.is(await writeLoanReport(app, { ...what, file }), file);
    await writeFile(file, 'something else');
    await writeLoanReport(app, { ...what, file });
    assert.is(await readFile(file, 'utf8'), report);
  });
});

test('a report that cannot be written says where and why', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'taken');
    await mkdir(file);
    const error = await writeLoanReport(app, { logName: 'x', application: undefined, file }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ReportNotWrittenError);
    assert.equal([error.code, error.file], ['REPORT_NOT_WRITTEN', file]);
    assert.match(error.message, 'EISDIR');
  });
});

test.run();

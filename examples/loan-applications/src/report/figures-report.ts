/** The read models as tables. */
import type { Application } from '@tidemark/core';
import { bankDateAndTime, bankDay, bankTimeZone } from '../bank-time.ts';
import { decisionFigures } from '../figures/decision-figures.ts';
import { funnelFigures } from '../figures/funnel-figures.ts';
import { offerFigures } from '../figures/offer-figures.ts';
import { openFigures } from '../figures/open-figures.ts';
import { variantFigures } from '../figures/variant-figures.ts';
import { workloadFigures } from '../figures/workload-figures.ts';
import { stepOf } from '../read-models/variants.ts';
import { count, duration, euros, hours, percent } from './numbers.ts';
import type { TableText } from './table.ts';

export async function figuresReport(app: Application): Promise<readonly TableText[]> {
  return [
    await funnelTable(app),
    await decisionTable(app),
    ...(await offerTables(app)),
    await workloadTable(app),
    ...(await openTables(app)),
    await variantTable(app),
  ];
}

async function funnelTable(app: Application): Promise<TableText> {
  const { stages, exits } = await funnelFigures(app);
  return {
    title: 'The funnel',
    head: ['applications', 'count', 'of all', 'of the stage before'],
    rows: [
      ...stages.map(({ name, applications, ofAll, ofPrevious }) => [
        name,
        count(applications),
        percent(ofAll),
        percent(ofPrevious),
      ]),
      ...exits.map(({ name, applications, ofAll }) => [name, count(applications), percent(ofAll), '']),
    ],
  };
}

async function decisionTable(app: Application): Promise<TableText> {
  const times = await decisionFigures(app);
  return {
    title: 'Time from submission to decision',
    head: ['decision', 'applications', 'median', 'nine of ten within'],
    rows: times.map(({ outcome, applications, median, p90 }) => [
      outcome,
      count(applications),
      duration(median),
      duration(p90),
    ]),
  };
}

async function offerTables(app: Application): Promise<readonly TableText[]> {
  const { offers, perApplication, fates } = await offerFigures(app);
  const applications = [...perApplication.values()].reduce((sum, number) => sum + number, 0);
  return [
    {
      title: 'Offers per application',
      head: ['offers', 'applications', 'share'],
      rows: [...perApplication].map(([number, got]) => [String(number), count(got), percent(got / applications)]),
    },
    {
      title: 'What became of the offers',
      head: ['offer', 'count', 'share', 'sent back by the customer'],
      rows: fates
        .filter((fate) => fate.offers > 0)
        .map((fate) => [fate.fate, count(fate.offers), percent(fate.offers / offers), count(fate.sentBack)]),
    },
  ];
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const shownEmployees = 10;

async function workloadTable(app: Application): Promise<TableText> {
  const { employees, workDays, sessions, time, leftOpen, untouched, busiestMonday, week } = await workloadFigures(app);
  return {
    title: `Work per employee and day: sessions in the busiest week, from ${busiestMonday ?? '–'} (${bankTimeZone})`,
    head: ['employee', ...weekdays, 'sessions', 'hours'],
    rows: week
      .slice(0, shownEmployees)
      .map(({ employee, days, ...total }) => [
        employee,
        ...days.map((work) => (work === undefined ? '·' : count(work.sessions))),
        count(total.sessions),
        hours(total.time),
      ]),
    note:
      `${week.length > shownEmployees ? `… and ${week.length - shownEmployees} more. ` : ''}` +
      `In all: ${count(employees)} employees, ${count(workDays)} working days, ${count(sessions)} sessions, ` +
      `${count(time / 3_600_000)} hours; ${count(leftOpen)} items left open over night, ` +
      `${count(untouched)} put down without having been taken up.`,
  };
}

async function openTables(app: Application): Promise<readonly TableText[]> {
  const { applications, amount, byStatus, quietest } = await openFigures(app);
  return [
    {
      title: 'Open applications',
      head: ['status', 'applications', 'amount'],
      rows: [
        ...byStatus.map((row) => [row.status, count(row.applications), euros(row.amount)]),
        ['all', count(applications), euros(amount)],
      ],
    },
    {
      title: 'Open, and where they are for the longest',
      head: ['application', 'amount', 'submitted', 'status', 'since'],
      rows: quietest.map(({ number, ...open }) => [
        number,
        euros(open.amount),
        bankDay(open.submittedAt.getTime()),
        open.status,
        bankDateAndTime(open.since.getTime()),
      ]),
    },
  ];
}

async function variantTable(app: Application): Promise<TableText> {
  const { applications, steps, counts, variants, longest, frequent } = await variantFigures(app);
  return {
    title: 'The courses that applications take most often',
    head: ['course', 'applications', 'share'],
    rows: frequent.map((course) => [
      courseText(course.path),
      count(course.applications),
      percent(course.applications / applications),
    ]),
    note:
      `${count(applications)} applications took ${count(steps)} steps of ${counts.size} kinds, in ${count(variants)} variants; ` +
      `the longest is ${longest.number} with ${longest.steps} steps.`,
  };
}

const shownSteps = 3;

/** The last steps say most: nearly all courses begin alike. */
function courseText(path: string): string {
  const last = [...path].slice(-shownSteps).map(stepOf);
  return `${path.length > shownSteps ? '… ' : ''}${last.join(', ')}`;
}

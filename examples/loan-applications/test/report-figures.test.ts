import type { Application } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { offerEvents, statusEvents } from '../src/domain/events.ts';
import { decisionHistogram } from '../src/figures/decision-histogram.ts';
import { countOf, flowFigures, mainFollows, orderOfSteps } from '../src/figures/flow-figures.ts';
import { workloadFigures } from '../src/figures/workload-figures.ts';
import { type LoggedLine, lines, log, trace } from './log-files.ts';
import { deskOf } from './sample-desk.ts';

async function inDesk<T>(text: string, look: (app: Application) => Promise<T>): Promise<T> {
  const { app } = await deskOf(text);
  try {
    return await look(app);
  } finally {
    await app.stop();
  }
}

const submitted = ['A_SUBMITTED', 'A_PARTLYSUBMITTED'];

test('a step follows the one before it, whatever work came between', async () => {
  const worked = [...submitted, 'W_Afhandelen leads SCHEDULE', 'A_DECLINED', 'W_Afhandelen leads COMPLETE'];
  const text = log(
    trace('1', lines(...worked)),
    trace('2', lines(...submitted, 'A_DECLINED')),
    trace('3', lines(...submitted, 'A_PREACCEPTED')),
  );
  const { steps, follows } = await inDesk(text, flowFigures);
  assert.equal(steps, [
    { step: 'ApplicationSubmitted', taken: 3, last: 0 },
    { step: 'ApplicationPartlySubmitted', taken: 3, last: 0 },
    { step: 'ApplicationPreAccepted', taken: 1, last: 1 },
    { step: 'ApplicationDeclined', taken: 2, last: 2 },
  ]);
  assert.equal(follows, [
    { from: 'ApplicationSubmitted', to: 'ApplicationPartlySubmitted', count: 3 },
    { from: 'ApplicationPartlySubmitted', to: 'ApplicationDeclined', count: 2 },
    { from: 'ApplicationPartlySubmitted', to: 'ApplicationPreAccepted', count: 1 },
  ]);
  assert.is(countOf(follows), 6);
});

test('every step of an application and of an offer has its place in the process', () => {
  assert.equal([...orderOfSteps].sort(), [...statusEvents, ...offerEvents].map(({ name }) => name).sort());
});

test('the rarest ways are left out, but for the most frequent one to each step', () => {
  const follows = [
    { from: 'a', to: 'b', count: 90 },
    { from: 'b', to: 'c', count: 8 },
    { from: 'c', to: 'b', count: 1 },
    { from: 'b', to: 'd', count: 1 },
  ];
  const shown = (share: number) => mainFollows({ steps: [], follows }, share).map(({ from, to }) => from + to);
  assert.equal(shown(0.98), ['ab', 'bc', 'bd']);
  assert.equal(shown(0.9), ['ab', 'bc', 'bd']);
  assert.equal(shown(0.985), ['ab', 'bc', 'cb', 'bd']);
  assert.equal(shown(1), ['ab', 'bc', 'cb', 'bd']);
});

/** Submitted at nine, and declined so many seconds later. */
function declinedAfter(number: string, seconds: number): string {
  const at = (later: number) => new Date(Date.UTC(2012, 0, 2, 8) + later * 1_000).toISOString();
  return trace(number, [
    { name: 'A_SUBMITTED', at: at(0), by: '1' },
    { name: 'A_PARTLYSUBMITTED', at: at(0), by: '1' },
    { name: 'A_DECLINED', at: at(seconds), by: '1' },
  ]);
}

test('a histogram has every decision in the bin of its time, the bounds included', async () => {
  const text = log(...[10, 11, 100, 1_000, 100_000].map((seconds, index) => declinedAfter(String(index), seconds)));
  const histogram = await inDesk(text, (app) => decisionHistogram(app, 4));
  assert.equal(histogram?.bounds.map(Math.round), [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]);
  assert.equal(histogram?.decisions, { approved: [0, 0, 0, 0], declined: [2, 1, 1, 1], cancelled: [0, 0, 0, 0] });
});

test('a histogram stands decisions in no time, and no decisions at all', async () => {
  const instant = await inDesk(log(declinedAfter('1', 0)), (app) => decisionHistogram(app, 2));
  assert.equal(instant?.decisions.declined, [1, 0]);
  assert.ok(instant?.bounds.every((bound) => Number.isFinite(bound) && bound > 0));
  assert.is(await inDesk(log(trace('1', lines(...submitted))), (app) => decisionHistogram(app, 2)), undefined);
});

test('work is summed by day of the week and by employee; who put nothing down on the day is left out', async () => {
  const item = (transition: string, at: string, by: string): LoggedLine => ({
    name: 'W_Completeren aanvraag',
    transition,
    at: `2012-02-${at}:00+01:00`,
    by,
  });
  const text = log(
    trace('1', [
      ...lines(...submitted, 'A_PREACCEPTED'),
      item('SCHEDULE', '06T09:00', '7'),
      item('START', '06T09:00', '7'),
      item('COMPLETE', '06T09:20', '7'), // a Monday
      item('START', '13T09:00', '7'),
      item('COMPLETE', '13T09:10', '7'), // the next
      item('START', '19T09:00', '8'),
      item('COMPLETE', '19T09:05', '8'), // a Sunday
      item('START', '20T09:00', '9'),
      item('COMPLETE', '21T09:00', '9'), // over night
    ]),
  );
  const { byWeekday, byEmployee } = await inDesk(text, workloadFigures);
  const minute = 60_000;
  const none = { sessions: 0, time: 0, days: 0 };
  const monday = { sessions: 2, time: 30 * minute, days: 2 };
  const sunday = { sessions: 1, time: 5 * minute, days: 1 };
  assert.equal(byWeekday, [monday, none, none, none, none, none, sunday]);
  assert.equal(byEmployee, [
    { employee: '7', sessions: 2, time: 30 * minute, weekdays: [2, 0, 0, 0, 0, 0, 0] },
    { employee: '8', sessions: 1, time: 5 * minute, weekdays: [0, 0, 0, 0, 0, 0, 1] },
  ]);
});

test.run();

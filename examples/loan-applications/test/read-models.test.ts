// timeout: 300s
import type { Application, Rebuild, Receipt } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checksums } from '../src/figures/checksum.ts';
import { decisionFigures } from '../src/figures/decision-figures.ts';
import { funnelFigures } from '../src/figures/funnel-figures.ts';
import { offerFigures } from '../src/figures/offer-figures.ts';
import { openFigures } from '../src/figures/open-figures.ts';
import { quantile } from '../src/figures/quantile.ts';
import { variantFigures } from '../src/figures/variant-figures.ts';
import { workloadFigures } from '../src/figures/workload-figures.ts';
import { importLog } from '../src/import/import-log.ts';
import { openLoanDesk, readModelsCaughtUp } from '../src/loan-desk.ts';
import { inlineModels, readModels } from '../src/read-models/index.ts';
import { OpenApplications } from '../src/read-models/open-applications.ts';
import { Workload } from '../src/read-models/workload.ts';
import { generateSample } from '../src/sample/generate.ts';
import { type LoggedLine, lines, log, trace, withLog } from './log-files.ts';

const timeout = 30_000;
const submitted = ['A_SUBMITTED', 'A_PARTLYSUBMITTED'];
const offered = [...submitted, 'A_PREACCEPTED', 'A_ACCEPTED', 'A_FINALIZED', 'O_SELECTED', 'O_CREATED', 'O_SENT'];
const granted = [...offered, 'O_SENT_BACK', 'O_ACCEPTED', 'A_APPROVED', 'A_REGISTERED', 'A_ACTIVATED'];
const ends: ReadonlySet<string> = new Set([
  'ApplicationApproved',
  'ApplicationRegistered',
  'ApplicationActivated',
  'ApplicationDeclined',
  'ApplicationCancelled',
]);
const replaced = [...offered, 'O_CANCELLED', 'O_SELECTED', 'O_CREATED', 'O_SENT', 'O_DECLINED', 'A_DECLINED'];

/** Imports the text with the read models following, and looks at them. */
async function inDesk<T>(text: string, look: (app: Application) => Promise<T>, inFlight = 64): Promise<T> {
  await using app = await openLoanDesk(sqlite(':memory:'));
  const { position } = await withLog(text, (file) => importLog(app, file, { inFlight }));
  await readModelsCaughtUp(app, position ?? 0, { timeout });
  return await look(app);
}

const five = log(
  trace('1', lines(...submitted, 'A_DECLINED')),
  trace('2', lines(...granted)),
  trace('3', lines(...replaced)),
  trace('4', lines(...offered)),
  trace('5', lines(...submitted, 'A_CANCELLED')),
);

test('the funnel counts applications, of all and of the stage before', async () => {
  const { stages, exits } = await inDesk(five, funnelFigures);
  assert.equal(
    stages.map(({ name, applications, ofAll, ofPrevious }) => [name, applications, ofAll, ofPrevious]),
    [
      ['submitted', 5, 1, 1],
      ['partly submitted', 5, 1, 1],
      ['pre-accepted', 3, 0.6, 0.6],
      ['accepted', 3, 0.6, 1],
      ['finalized', 3, 0.6, 1],
      ['an offer sent', 3, 0.6, 1],
      ['an offer sent back', 1, 0.2, 1 / 3],
      ['approved', 1, 0.2, 1],
    ],
  );
  assert.equal(
    exits.map(({ name, applications }) => [name, applications]),
    [
      ['declined', 2],
      ['cancelled', 1],
      ['still open', 1],
    ],
  );
});

test('the time to a decision runs from submission to the decision, whatever comes after it', async () => {
  const figures = await inDesk(five, decisionFigures);
  const minute = 60_000;
  assert.equal(figures, [
    { outcome: 'approved', applications: 1, median: 10 * minute, p90: 10 * minute },
    { outcome: 'declined', applications: 2, median: 2 * minute, p90: 13 * minute },
    { outcome: 'cancelled', applications: 1, median: 2 * minute, p90: 2 * minute },
    { outcome: 'any', applications: 4, median: 2 * minute, p90: 13 * minute },
  ]);
});

test('a quantile is the smallest value that so many do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(
    [0, 0.01, 0.5, 0.501, 0.9, 1].map((share) => quantile(hundred, share)),
    [1, 1, 50, 51, 90, 100],
  );
  assert.is(quantile([7], 0.9), 7);
  assert.is(quantile([], 0.5), undefined);
});

test('every offer has its fate, and says whether it was sent back', async () => {
  const { offers, perApplication, fates } = await inDesk(five, offerFigures);
  assert.is(offers, 4);
  assert.equal(
    [...perApplication],
    [
      [1, 2],
      [2, 1],
    ],
  );
  const counted = fates.filter((fate) => fate.offers > 0).map((fate) => [fate.fate, fate.offers, fate.sentBack]);
  assert.equal(counted, [
    ['accepted', 1, 1],
    ['declined by the bank', 1, 0],
    ['cancelled or replaced', 1, 0],
    ['with the customer', 1, 0],
  ]);
});

test('open applications are those without an end, with the status they have and since when', async () => {
  const open = await inDesk(five, (app) => openFigures(app));
  assert.equal([open.applications, open.amount], [1, 5_000]);
  assert.equal(open.byStatus, [{ status: 'finalized', applications: 1, amount: 5_000 }]);
  assert.is(open.quietest[0]?.number, '4');
  assert.equal(open.quietest[0]?.since, new Date('2012-01-02T08:04:00Z'));
});

test('a variant is a sequence of steps, of which each is counted', async () => {
  const twice = log(trace('1', lines(...granted)), trace('2', lines(...granted)), trace('3', lines(...submitted)));
  const { applications, steps, counts, variants, longest, frequent } = await inDesk(twice, (app) =>
    variantFigures(app),
  );
  assert.equal([applications, steps, variants], [3, 28, 2]);
  assert.equal(longest, { number: '1', steps: 13 });
  assert.is(frequent[0]?.applications, 2);
  assert.equal(
    [counts.get('ApplicationSubmitted'), counts.get('OfferAccepted'), counts.get('OfferDeclined')],
    [3, 2, undefined],
  );
});

const work = 'W_Completeren aanvraag';

/** Work items at these moments. */
function worked(
  number: string,
  ...moments: readonly (readonly [transition: string, at: string, by: string])[]
): string {
  const before = lines(...submitted, 'A_PREACCEPTED');
  const items = moments.map(([transition, at, by]): LoggedLine => ({ name: work, transition, at, by }));
  return trace(number, [...before, ...items]);
}

test("work counts for the day it was put down on, by the bank's clocks", async () => {
  const nights = log(
    // From 23:50 to 23:59 in Amsterdam on the 10th, and from 00:01 to 00:11 on the 11th: both on the 10th for UTC.
    worked(
      '1',
      ['SCHEDULE', '2012-02-10T12:00:00+01:00', '9'],
      ['START', '2012-02-10T22:50:00Z', '9'],
      ['COMPLETE', '2012-02-10T22:59:00Z', '9'],
      ['START', '2012-02-10T23:01:00Z', '9'],
      ['COMPLETE', '2012-02-10T23:11:00Z', '9'],
    ),
  );
  const { week, sessions, time, busiestMonday } = await inDesk(nights, workloadFigures);
  assert.equal([sessions, time, busiestMonday], [2, 19 * 60_000, '2012-02-06']);
  const days = week[0]?.days.map((day) => day?.time);
  assert.equal(days, [undefined, undefined, undefined, undefined, 9 * 60_000, 10 * 60_000, undefined]);
});

test('work left open over night, and work that nobody took up, are counted and not timed', async () => {
  const untidy = log(
    worked(
      '1',
      ['SCHEDULE', '2012-02-10T12:00:00+01:00', '9'],
      ['START', '2012-02-10T13:00:00+01:00', '9'],
      ['COMPLETE', '2012-02-13T09:00:00+01:00', '8'],
      ['COMPLETE', '2012-02-13T09:01:00+01:00', '8'],
    ),
  );
  const { sessions, time, leftOpen, untouched, employees } = await inDesk(untidy, workloadFigures);
  assert.equal(
    { sessions, time, leftOpen, untouched, employees },
    { sessions: 0, time: 0, leftOpen: 1, untouched: 1, employees: 1 },
  );
});

test('no read model depends on the order across applications, nor on when it was built', async () => {
  const sample = [...generateSample({ applications: 60 })].join('');
  const [head = '', ...traces] = sample.replace('</log>\n', '').split('\t<trace>');
  const backwards = `${head}${traces
    .reverse()
    .map((text) => `\t<trace>${text}`)
    .join('')}</log>\n`;
  const together = await inDesk(sample, (app) => checksums(app));
  const oneByOne = await inDesk(sample, (app) => checksums(app), 1);
  assert.equal(oneByOne, together);
  assert.equal(await inDesk(backwards, (app) => checksums(app), 7), together);
  assert.is(new Set(together.values()).size, together.size, 'they are not all the same either');
});

test('a rebuild gives the same read models, and readers have them all the while', async () => {
  await using app = await openLoanDesk(sqlite(':memory:'));
  const { position = 0 } = await withLog(five, (file) => importLog(app, file));
  await readModelsCaughtUp(app, position, { timeout });
  const before = await checksums(app);
  const rebuild = await app.rebuild(...readModels);
  assert.equal(await checksums(app), before);
  await rebuild.done;
  assert.equal(await checksums(app), before);
  for (const model of readModels) assert.is(await app.dropOld(model), 1, `${model.name} was built anew`);
});

test('open applications are right with every acknowledged command, and rebuilt beside the import', async () => {
  await using app = await openLoanDesk(sqlite(':memory:'), inlineModels);
  const open = new Set<string>();
  let rebuild: Rebuild | undefined;
  const sample = [...generateSample({ applications: 60 })].join('');
  // One command at a time, so that what was acknowledged is all there is.
  const watched = acknowledging(app, async ({ aggregateId, events: [event] }) => {
    if (event?.type === 'ApplicationSubmitted') open.add(aggregateId);
    if (ends.has(event?.type ?? '')) open.delete(aggregateId);
    const keys: string[] = [];
    for await (const { key } of app.documents(OpenApplications).all()) keys.push(key);
    assert.equal(keys, [...open].sort());
    if (open.size >= 3) rebuild ??= await app.rebuild(OpenApplications);
  });
  await withLog(sample, (file) => importLog(watched, file, { inFlight: 1 }));
  await rebuild?.done;
  assert.is(await app.documents(OpenApplications).count(), open.size);
  assert.is(await app.dropOld(OpenApplications), 1, 'another build is served');
});

/** The application, with each receipt shown before whoever asked for it gets it. */
function acknowledging(app: Application, look: (receipt: Receipt) => Promise<void>): Application {
  return new Proxy(app, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (property !== 'execute') return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: Parameters<Application['execute']>) => {
        const receipt = await target.execute(...args);
        await look(receipt);
        return receipt;
      };
    },
  });
}

test('one more event gives another checksum', async () => {
  const more = five.replace('A_CANCELLED', 'A_PREACCEPTED');
  const [before, after] = [await inDesk(five, (app) => checksums(app)), await inDesk(more, (app) => checksums(app))];
  for (const name of ['Funnel', 'Decisions', 'OpenApplications', 'Variants'])
    assert.is.not(before.get(name), after.get(name), name);
  assert.is(before.get('Workload'), after.get('Workload'));
  const at = (end: string) => [['START', `2012-02-10T12:00:00Z`, '9'] as const, ['COMPLETE', end, '9'] as const];
  const [shorter, longer] = [at('2012-02-10T13:00:00Z'), at('2012-02-10T13:00:01Z')].map((moments) =>
    log(worked('1', ['SCHEDULE', '2012-02-10T11:00:00Z', '9'], ...moments)),
  );
  const workload = async (text = '') => (await inDesk(text, (app) => checksums(app, [Workload]))).get('Workload');
  assert.is.not(await workload(shorter), await workload(longer), 'a second more of work');
});

test.run();

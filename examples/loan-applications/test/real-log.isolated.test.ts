// timeout: 600s
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rebuild } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checksums } from '../src/figures/checksum.ts';
import { decisionFigures } from '../src/figures/decision-figures.ts';
import { countOf, flowFigures } from '../src/figures/flow-figures.ts';
import { funnelFigures } from '../src/figures/funnel-figures.ts';
import { offerFigures } from '../src/figures/offer-figures.ts';
import { openFigures } from '../src/figures/open-figures.ts';
import { variantFigures } from '../src/figures/variant-figures.ts';
import { workloadFigures } from '../src/figures/workload-figures.ts';
import { loanReport } from '../src/html/loan-report.ts';
import { importLog } from '../src/import/import-log.ts';
import { openLoanDesk, readModelsCaughtUp } from '../src/loan-desk.ts';
import { inlineModels, readModels } from '../src/read-models/index.ts';
import { OpenApplications } from '../src/read-models/open-applications.ts';
import { withFolder } from './log-files.ts';
import { OpenedPage } from './opened-page.ts';

const title = "the bank's real log gives all its published figures, through commands, events and read models";
const realLog = fileURLToPath(new URL('../../../../shared/data/loan-applications.xes.gz', import.meta.url));

/** As published with the log (BPI Challenge 2012), by what the loan desk calls the steps. */
const published = {
  ApplicationSubmitted: 13_087,
  ApplicationPartlySubmitted: 13_087,
  ApplicationPreAccepted: 7_367,
  ApplicationAccepted: 5_113,
  ApplicationFinalized: 5_015,
  ApplicationDeclined: 7_635,
  ApplicationCancelled: 2_807,
  ApplicationApproved: 2_246,
  ApplicationRegistered: 2_246,
  ApplicationActivated: 2_246,
  OfferSelected: 7_030,
  OfferCreated: 7_030,
  OfferSent: 7_030,
  OfferSentBack: 3_454,
  OfferAccepted: 2_243,
  OfferDeclined: 802,
  OfferCancelled: 3_655,
  'WorkItemScheduled complete-application': 7_371,
  'WorkItemStarted complete-application': 23_512,
  'WorkItemCompleted complete-application': 23_967,
  'WorkItemScheduled follow-up-offer': 6_634,
  'WorkItemStarted follow-up-offer': 22_406,
  'WorkItemCompleted follow-up-offer': 22_976,
  'WorkItemScheduled collect-papers': 2_383,
  'WorkItemStarted collect-papers': 11_400,
  'WorkItemCompleted collect-papers': 11_407,
  'WorkItemScheduled assess-application': 5_023,
  'WorkItemStarted assess-application': 7_891,
  'WorkItemCompleted assess-application': 7_895,
  'WorkItemScheduled handle-lead': 4_771,
  'WorkItemStarted handle-lead': 5_897,
  'WorkItemCompleted handle-lead': 5_898,
  'WorkItemScheduled assess-fraud': 124,
  'WorkItemStarted assess-fraud': 270,
  'WorkItemCompleted assess-fraud': 270,
  'WorkItemScheduled change-contract': 12,
};

const skip = (reason: string) =>
  (globalThis as { __tidemarkSkip?: (title: string, reason: string) => void }).__tidemarkSkip?.(title, reason);

test(title, async () => {
  if (
    await access(realLog).then(
      () => false,
      () => true,
    )
  )
    return skip('the log is not there: it is not ours to ship');
  await withFolder(async (folder) => {
    const store = sqlite(join(folder, 'loans.db'));
    const importing = await openLoanDesk(store, inlineModels);
    let rebuild: Promise<Rebuild> | undefined;
    const { position = 0, ...result } = await importLog(importing, realLog, {
      onProgress({ recorded }) {
        if (recorded === 131_100) rebuild = importing.rebuild(OpenApplications);
      },
    });
    assert.equal([result.applications, result.recorded, result.refused], [13_087, 262_200, 0]);
    assert.is(await importing.documents(OpenApplications).count(), 399);
    await (await rebuild)?.done;
    assert.is(await importing.documents(OpenApplications).count(), 399);
    assert.is(await importing.dropOld(OpenApplications), 1, 'it was rebuilt while the import went on');
    await importing.stop();
    await using app = await openLoanDesk(store);
    await readModelsCaughtUp(app, position, { timeout: 200_000 });

    const { counts, ...courses } = await variantFigures(app);
    assert.equal(Object.fromEntries(counts), published);
    assert.equal([courses.applications, courses.steps, counts.size, courses.variants], [13_087, 262_200, 36, 4_366]);
    assert.equal(courses.longest, { number: '185548', steps: 175 });

    const { stages, exits } = await funnelFigures(app);
    const reached = [13_087, 13_087, 7_367, 5_113, 5_015, 5_015, 3_254, 2_246];
    assert.equal(
      stages.map(({ applications }) => applications),
      reached,
    );
    assert.equal(
      exits.map(({ applications }) => applications),
      [7_635, 2_807, 399],
    );
    const open = await openFigures(app);
    assert.is(open.applications, 399);
    assert.equal(
      open.byStatus.map(({ status, applications }) => [status, applications]),
      [
        ['finalized', 327],
        ['pre-accepted', 69],
        ['accepted', 3],
      ],
    );

    // Counted from the file by a script in another language.
    assert.equal(await decisionFigures(app), [
      { outcome: 'approved', applications: 2_246, median: 1_247_106_400, p90: 2_478_959_616 },
      { outcome: 'declined', applications: 7_635, median: 673_212, p90: 680_193_052 },
      { outcome: 'cancelled', applications: 2_807, median: 1_455_499_529, p90: 2_748_135_473 },
      { outcome: 'any', applications: 12_688, median: 57_045_649, p90: 2_632_112_102 },
    ]);
    const { offers, perApplication } = await offerFigures(app);
    assert.is(offers, 7_030);
    assert.equal([...perApplication.values()], [3_577, 1_027, 302, 66, 32, 8, 3]);
    const { sessions, leftOpen, untouched, time, workDays, employees } = await workloadFigures(app);
    assert.equal([sessions, leftOpen, untouched], [71_078, 293, 1_042]);
    assert.equal([time, workDays, employees], [26_447_726_699, 3_001, 59]);

    const { steps, follows } = await flowFigures(app);
    for (const { step, taken } of steps) assert.is(taken, published[step as keyof typeof published], step);
    // A step of an application or an offer, but for the first one of each application, follows another.
    assert.is(countOf(follows), steps.reduce((sum, { taken }) => sum + taken, 0) - courses.applications);
    const longest = { logName: 'log.xes.gz', application: courses.longest.number };
    const report = await loanReport(app, longest);
    assert.ok(Buffer.byteLength(report) < 1_000_000, 'the report can be sent by mail');
    const page = new OpenedPage(report);
    assert.equal([page.states().length, page.all('.step').length], [175, 17]);

    const before = await checksums(app);
    await (await app.rebuild(...readModels)).done;
    assert.equal(await checksums(app), before);
  });
});

test.run();

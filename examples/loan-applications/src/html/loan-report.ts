/** The whole report as one HTML file: gathers the figures, has them drawn, and writes it. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Application, TidemarkError } from '@tidemark/core';
import { decisionFigures } from '../figures/decision-figures.ts';
import { decisionHistogram } from '../figures/decision-histogram.ts';
import { flowFigures } from '../figures/flow-figures.ts';
import { funnelFigures } from '../figures/funnel-figures.ts';
import { offerFigures } from '../figures/offer-figures.ts';
import { openFigures } from '../figures/open-figures.ts';
import { variantFigures } from '../figures/variant-figures.ts';
import { workloadFigures } from '../figures/workload-figures.ts';
import { count, duration, percent } from '../report/numbers.ts';
import { applicationLife } from './application-life.ts';
import { flowSection } from './flow-section.ts';
import { funnelSection } from './funnel-section.ts';
import { lifeSection } from './life-section.ts';
import { html } from './markup.ts';
import { offersSection } from './offers-section.ts';
import { page } from './page.ts';
import { waitingSection } from './waiting-section.ts';
import { workSection } from './work-section.ts';

export const reportName = 'loan-report.html';

export interface LoanReport {
  /** Of the log that was imported. */
  readonly logName: string;
  /** Whose life is shown; `undefined` where there is none to show. */
  readonly application: string | undefined;
}

/** The report could not be written where it was wanted. Nothing else is lost. */
export class ReportNotWrittenError extends TidemarkError {
  constructor(
    readonly file: string,
    options: { readonly cause: unknown },
  ) {
    const reason = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super('REPORT_NOT_WRITTEN', `${file}: found ${reason}; wanted the path of a file that can be written`, options);
  }
}

const bins = 30;

/** The same events give the same text, byte for byte. */
export async function loanReport(app: Application, { logName, application }: LoanReport): Promise<string> {
  const funnel = await funnelFigures(app);
  const times = await decisionFigures(app);
  const open = await openFigures(app);
  const { applications, steps, variants } = await variantFigures(app);
  const life = application === undefined ? [] : await applicationLife(app, application);
  return page({
    title: 'A bank’s loan desk',
    introduction: html`From the log <bdi>${logName}</bdi>, as of event ${count(steps)}: ${count(applications)} applications took ${count(steps)} steps, in ${count(variants)} different courses.`,
    figures: [
      ['applications', count(applications)],
      ['approved', percent(funnel.stages.at(-1)?.ofAll ?? 0)],
      ['median time to a decision', duration(times.find(({ outcome }) => outcome === 'any')?.median)],
      ['still open', count(open.applications)],
    ],
    sections: [
      { id: 'funnel', title: 'The funnel', content: funnelSection(funnel) },
      {
        id: 'waiting',
        title: 'Waiting for a decision',
        content: waitingSection(times, await decisionHistogram(app, bins)),
      },
      { id: 'offers', title: 'The offers', content: offersSection(await offerFigures(app)) },
      { id: 'work', title: 'The work', content: workSection(await workloadFigures(app)) },
      { id: 'process', title: 'The process', content: await flowSection(await flowFigures(app)) },
      { id: 'life', title: 'One application’s life', content: lifeSection(application, life) },
    ],
  });
}

/**
 * Resolves to the path of what was written: `file`, or where that is `undefined` a new file among the temporary ones,
 * which stays. What was there before is replaced. Throws `ReportNotWrittenError`.
 */
export async function writeLoanReport(
  app: Application,
  { file, ...report }: LoanReport & { readonly file: string | undefined },
): Promise<string> {
  const text = await loanReport(app, report);
  const path = file ?? join(await mkdtemp(join(tmpdir(), 'loan-report-')), reportName);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (cause) {
    throw new ReportNotWrittenError(path, { cause });
  }
  return path;
}

/** A loan desk in memory that has imported a log, and the report on the sample. */
import type { Application, Position } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { loanReport } from '../src/html/loan-report.ts';
import { importLog } from '../src/import/import-log.ts';
import { openLoanDesk, readModelsCaughtUp } from '../src/loan-desk.ts';
import { tellingApplication } from '../src/report/history-report.ts';
import { generateSample } from '../src/sample/generate.ts';
import { withLog } from './log-files.ts';

interface Desk {
  readonly app: Application;
  readonly position: Position;
}

/** With everything that the log says in its read models. Stop it. */
export async function deskOf(text: string): Promise<Desk> {
  const app = await openLoanDesk(sqlite(':memory:'));
  const { position = 0 } = await withLog(text, (file) => importLog(app, file));
  await readModelsCaughtUp(app, position, { timeout: 30_000 });
  return { app, position };
}

/** Some of the sample, the report on it, and the number of the application that it is about. Stop its desk. */
export async function sampleDesk(): Promise<Desk & { readonly report: string; readonly number: string }> {
  const { app, position } = await deskOf([...generateSample({ applications: 90 })].join(''));
  const number = (await tellingApplication(app)) ?? '';
  return {
    app,
    position,
    number,
    report: await loanReport(app, { logName: 'log.xes', application: number }),
  };
}

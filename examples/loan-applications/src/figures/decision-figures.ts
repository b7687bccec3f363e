import type { Application } from '@tidemark/core';
import { Decisions, type Outcome } from '../read-models/decisions.ts';
import { quantile } from './quantile.ts';

/** Times in milliseconds from submission to the decision. */
export interface DecisionTimes {
  readonly outcome: Outcome | 'any';
  readonly applications: number;
  readonly median: number | undefined;
  /** Nine tenths were decided within it. */
  readonly p90: number | undefined;
}

export async function decisionFigures(app: Application): Promise<readonly DecisionTimes[]> {
  const times = await decisionTimes(app);
  const any = [...times.approved, ...times.declined, ...times.cancelled];
  return [
    figures('approved', times.approved),
    figures('declined', times.declined),
    figures('cancelled', times.cancelled),
    figures('any', any),
  ];
}

/** Of each application that was decided, in milliseconds. */
export async function decisionTimes(app: Application): Promise<Readonly<Record<Outcome, readonly number[]>>> {
  const times: Record<Outcome, number[]> = { approved: [], declined: [], cancelled: [] };
  for await (const { value } of app.documents(Decisions).all()) {
    const { outcome, submittedAt, decidedAt } = value;
    if (outcome !== undefined && decidedAt !== undefined)
      times[outcome].push(decidedAt.getTime() - submittedAt.getTime());
  }
  return times;
}

function figures(outcome: Outcome | 'any', times: readonly number[]): DecisionTimes {
  const sorted = [...times].sort((a, b) => a - b);
  return { outcome, applications: sorted.length, median: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) };
}

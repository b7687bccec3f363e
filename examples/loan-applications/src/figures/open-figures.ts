import type { Application } from '@tidemark/core';
import type { Status } from '../domain/status.ts';
import { type OpenApplication, openApplicationsOf } from '../read-models/open-applications.ts';

export interface OpenFigures {
  readonly applications: number;
  /** In euros. */
  readonly amount: number;
  readonly byStatus: readonly { readonly status: Status; readonly applications: number; readonly amount: number }[];
  /** Those that have been in their status for the longest. */
  readonly quietest: readonly (OpenApplication & { readonly number: string })[];
}

export async function openFigures(app: Application, quietest = 5): Promise<OpenFigures> {
  const open: (OpenApplication & { number: string })[] = [];
  for await (const { key, value } of app.documents(openApplicationsOf(app)).all()) open.push({ ...value, number: key });
  const statuses = [...new Set(open.map(({ status }) => status))];
  const amountOf = (applications: readonly OpenApplication[]) =>
    applications.reduce((sum, { amount }) => sum + amount, 0);
  return {
    applications: open.length,
    amount: amountOf(open),
    byStatus: statuses
      .map((status) => {
        const those = open.filter((application) => application.status === status);
        return { status, applications: those.length, amount: amountOf(those) };
      })
      .sort((a, b) => b.applications - a.applications),
    quietest: open
      .sort((a, b) => a.since.getTime() - b.since.getTime() || (a.number < b.number ? -1 : 1))
      .slice(0, quietest),
  };
}

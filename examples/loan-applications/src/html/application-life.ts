/** The states of one application, each made by the framework from the events up to it. */
import type { Application } from '@tidemark/core';
import { bankDateAndTime } from '../bank-time.ts';
import { LoanApplication } from '../domain/loan-application.ts';
import { historyOf, stateOf, whatHappened } from '../report/history-report.ts';

/** What happened, and what the application was from then on. */
export interface Moment {
  readonly revision: number;
  /** By the bank's clocks. */
  readonly at: string;
  /** The same, in milliseconds since 1970. */
  readonly time: number;
  /** By the event's name. */
  readonly type: string;
  readonly what: string;
  readonly by: string;
  /** Name of the field → what is in it, as people read it. */
  readonly state: Readonly<Record<string, string>>;
}

/** One for each revision; empty where nothing is recorded. */
export async function applicationLife(app: Application, number: string): Promise<readonly Moment[]> {
  const life: Moment[] = [];
  for (const event of await historyOf(app, number)) {
    const { revision, occurredAt, type } = event;
    const application = await app.load(LoanApplication, number, { atRevision: revision });
    life.push({
      revision,
      at: bankDateAndTime(occurredAt.getTime()),
      time: occurredAt.getTime(),
      type,
      what: whatHappened(event),
      by: (event.data as { readonly by?: string }).by ?? '–',
      state: stateOf(application),
    });
  }
  return life;
}

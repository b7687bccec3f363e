import { Documents, On, Projection, type RecordedEvent } from '@tidemark/core';
import { bankDay } from '../bank-time.ts';
import { WorkItemCompleted, WorkItemStarted } from '../domain/events.ts';

/** What one employee put down on one day of the bank's calendar. */
export interface WorkDay {
  /** Work items taken up and put down on this very day. */
  readonly sessions: number;
  /** How long those took, in milliseconds. */
  readonly time: number;
  /** Work items that had been lying open since an earlier day: their time means nothing. */
  readonly leftOpen: number;
  /** Work items that nobody had taken up. */
  readonly untouched: number;
}

/** An application that lies on somebody's desk. */
export interface OpenDesk {
  readonly startedAt: number;
}

export const unknownEmployee = 'unknown';
const emptyDay: WorkDay = { sessions: 0, time: 0, leftOpen: 0, untouched: 0 };

/**
 * Work per employee and day, under `day 2012-02-29 10862`. While an application lies on a desk it also has a document
 * under `desk <number>`. Sums of whole numbers only, so that the order across applications cannot matter.
 */
@Projection('workload', { version: 1 })
export class Workload extends Documents<WorkDay | OpenDesk> {
  @On(WorkItemStarted)
  started({ aggregateId, occurredAt }: RecordedEvent<WorkItemStarted>) {
    this.put(`desk ${aggregateId}`, { startedAt: occurredAt.getTime() });
  }

  @On(WorkItemCompleted)
  completed({ aggregateId, data, occurredAt }: RecordedEvent<WorkItemCompleted>) {
    const completedAt = occurredAt.getTime();
    const today = bankDay(completedAt);
    const done = this.#takenFromDesk(aggregateId, completedAt, today);
    const added = (day: WorkDay | OpenDesk) => sum(day as WorkDay, done);
    this.update(`day ${today} ${data.by ?? unknownEmployee}`, added, emptyDay);
  }

  #takenFromDesk(aggregateId: string, completedAt: number, today: string): Partial<WorkDay> {
    const desk = this.get(`desk ${aggregateId}`) as OpenDesk | undefined;
    if (desk === undefined) return { untouched: 1 };
    this.remove(`desk ${aggregateId}`);
    if (bankDay(desk.startedAt) !== today) return { leftOpen: 1 };
    return { sessions: 1, time: completedAt - desk.startedAt };
  }
}

function sum(day: WorkDay, { sessions = 0, time = 0, leftOpen = 0, untouched = 0 }: Partial<WorkDay>): WorkDay {
  return {
    sessions: day.sessions + sessions,
    time: day.time + time,
    leftOpen: day.leftOpen + leftOpen,
    untouched: day.untouched + untouched,
  };
}

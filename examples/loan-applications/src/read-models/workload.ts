import { type DeclareTable, On, Projection, type RecordedEvent, Tables } from '@tidemark/core';
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

export const unknownEmployee = 'unknown';

/**
 * Work per employee (a resource, in the log's words) and day, as a table that any program with SQL can read under its
 * plain name; and the applications that lie on a desk. Sums of whole numbers only, so that the order across
 * applications cannot matter. `milliseconds` are those of the sessions.
 */
@Projection('workload', { version: 2 })
export class Workload extends Tables {
  schema(table: DeclareTable) {
    table(
      'workload',
      `day TEXT NOT NULL, employee TEXT NOT NULL,
       sessions INTEGER NOT NULL, milliseconds INTEGER NOT NULL, left_open INTEGER NOT NULL, untouched INTEGER NOT NULL,
       PRIMARY KEY (day, employee)`,
    );
    table('on_desks', 'application TEXT PRIMARY KEY, started_at INTEGER NOT NULL');
  }

  @On(WorkItemStarted)
  started({ aggregateId, occurredAt }: RecordedEvent<WorkItemStarted>) {
    this.sql`INSERT INTO ${this.table('on_desks')} VALUES (${aggregateId}, ${occurredAt.getTime()})
      ON CONFLICT DO UPDATE SET started_at = excluded.started_at`.run();
  }

  @On(WorkItemCompleted)
  completed({ aggregateId, data, occurredAt }: RecordedEvent<WorkItemCompleted>) {
    const completedAt = occurredAt.getTime();
    const today = bankDay(completedAt);
    const { sessions = 0, time = 0, leftOpen = 0, untouched = 0 } = this.#takenFromDesk(aggregateId, completedAt);
    const by = data.by ?? unknownEmployee;
    this
      .sql`INSERT INTO ${this.table('workload')} VALUES (${today}, ${by}, ${sessions}, ${time}, ${leftOpen}, ${untouched})
      ON CONFLICT DO UPDATE SET sessions = sessions + excluded.sessions, milliseconds = milliseconds + excluded.milliseconds,
        left_open = left_open + excluded.left_open, untouched = untouched + excluded.untouched`.run();
  }

  #takenFromDesk(aggregateId: string, completedAt: number): Partial<WorkDay> {
    const desks = this.table('on_desks');
    const [desk] = this.sql`SELECT started_at FROM ${desks} WHERE application = ${aggregateId}`.all();
    if (desk === undefined) return { untouched: 1 };
    this.sql`DELETE FROM ${desks} WHERE application = ${aggregateId}`.run();
    const startedAt = Number(desk['started_at']);
    if (bankDay(startedAt) !== bankDay(completedAt)) return { leftOpen: 1 };
    return { sessions: 1, time: completedAt - startedAt };
  }
}

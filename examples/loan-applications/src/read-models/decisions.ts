import { Documents, On, Projection, type RecordedEvent } from '@tidemark/core';
import {
  ApplicationApproved,
  ApplicationCancelled,
  ApplicationDeclined,
  ApplicationSubmitted,
} from '../domain/events.ts';

export type Outcome = 'approved' | 'declined' | 'cancelled';

export interface Decision {
  readonly submittedAt: Date;
  readonly outcome?: Outcome;
  readonly decidedAt?: Date;
}

/** When each application was submitted, and when and how it ended. */
@Projection('decisions', { version: 1 })
export class Decisions extends Documents<Decision> {
  @On(ApplicationSubmitted)
  submitted({ aggregateId, occurredAt }: RecordedEvent<ApplicationSubmitted>) {
    this.put(aggregateId, { submittedAt: occurredAt });
  }

  @On(ApplicationApproved)
  approved(event: RecordedEvent<ApplicationApproved>) {
    this.#decided(event, 'approved');
  }

  @On(ApplicationDeclined)
  declined(event: RecordedEvent<ApplicationDeclined>) {
    this.#decided(event, 'declined');
  }

  @On(ApplicationCancelled)
  cancelled(event: RecordedEvent<ApplicationCancelled>) {
    this.#decided(event, 'cancelled');
  }

  #decided({ aggregateId, occurredAt }: RecordedEvent, outcome: Outcome) {
    this.update(aggregateId, ({ submittedAt }) => ({ submittedAt, outcome, decidedAt: occurredAt }));
  }
}

import { type Application, Documents, On, Projection, type RecordedEvent } from '@tidemark/core';
import {
  ApplicationAccepted,
  ApplicationActivated,
  ApplicationApproved,
  ApplicationCancelled,
  ApplicationDeclined,
  ApplicationFinalized,
  ApplicationPartlySubmitted,
  ApplicationPreAccepted,
  ApplicationRegistered,
  ApplicationSubmitted,
} from '../domain/events.ts';
import type { Status } from '../domain/status.ts';
import { OnEach } from './on-each.ts';

export interface OpenApplication {
  /** In euros. */
  readonly amount: number;
  readonly submittedAt: Date;
  readonly status: Status;
  /** When it got that status. */
  readonly since: Date;
}

/**
 * The applications that have not come to an end. Kept inline, in the transaction of each append: whoever reads it, in
 * whichever process, finds every command in it that was acknowledged.
 */
@Projection('open-applications', { version: 1, inline: true })
export class OpenApplications extends Documents<OpenApplication> {
  @On(ApplicationSubmitted)
  submitted({ aggregateId, data, occurredAt }: RecordedEvent<ApplicationSubmitted>) {
    const { amount } = data;
    this.put(aggregateId, { amount, submittedAt: occurredAt, status: 'submitted', since: occurredAt });
  }

  @On(ApplicationPartlySubmitted)
  partlySubmitted(event: RecordedEvent<ApplicationPartlySubmitted>) {
    this.#reached('partly submitted', event);
  }

  @On(ApplicationPreAccepted)
  preAccepted(event: RecordedEvent<ApplicationPreAccepted>) {
    this.#reached('pre-accepted', event);
  }

  @On(ApplicationAccepted)
  accepted(event: RecordedEvent<ApplicationAccepted>) {
    this.#reached('accepted', event);
  }

  @On(ApplicationFinalized)
  finalized(event: RecordedEvent<ApplicationFinalized>) {
    this.#reached('finalized', event);
  }

  @OnEach(ApplicationApproved, ApplicationRegistered, ApplicationActivated, ApplicationDeclined, ApplicationCancelled)
  ended({ aggregateId }: RecordedEvent<object>) {
    this.remove(aggregateId);
  }

  #reached(status: Status, { aggregateId, occurredAt }: RecordedEvent) {
    this.update(aggregateId, (open) => ({ ...open, status, since: occurredAt }));
  }
}

/** The same, some moments behind the appends: for a store that has no inline projections, as a server has not. */
@Projection('open-applications', { version: 1 })
export class FollowedOpenApplications extends OpenApplications {}

/** Which of the two an application has. */
export function openApplicationsOf({ eventStore }: Application): typeof OpenApplications {
  return eventStore.capabilities.inlineProjections ? OpenApplications : FollowedOpenApplications;
}

/** What can happen to a loan application. `by` is the employee's number, where it is known. */
import { DomainEvent } from '@tidemark/core';
import type { WorkKind } from './work.ts';

type By = string | undefined;

@DomainEvent('ApplicationSubmitted')
export class ApplicationSubmitted {
  constructor(
    /** In euros. */
    readonly amount: number,
    /** When the bank's records begin: up to 72 ms before the submission. */
    readonly registeredAt: Date,
    readonly by: By,
  ) {}
}

abstract class StatusChange {
  constructor(readonly by: By) {}
}

@DomainEvent('ApplicationPartlySubmitted')
export class ApplicationPartlySubmitted extends StatusChange {}

@DomainEvent('ApplicationPreAccepted')
export class ApplicationPreAccepted extends StatusChange {}

@DomainEvent('ApplicationAccepted')
export class ApplicationAccepted extends StatusChange {}

@DomainEvent('ApplicationFinalized')
export class ApplicationFinalized extends StatusChange {}

@DomainEvent('ApplicationApproved')
export class ApplicationApproved extends StatusChange {}

@DomainEvent('ApplicationRegistered')
export class ApplicationRegistered extends StatusChange {}

@DomainEvent('ApplicationActivated')
export class ApplicationActivated extends StatusChange {}

@DomainEvent('ApplicationDeclined')
export class ApplicationDeclined extends StatusChange {}

@DomainEvent('ApplicationCancelled')
export class ApplicationCancelled extends StatusChange {}

abstract class OfferChange {
  constructor(
    readonly offer: number,
    readonly by: By,
  ) {}
}

@DomainEvent('OfferSelected')
export class OfferSelected extends OfferChange {}

@DomainEvent('OfferCreated')
export class OfferCreated extends OfferChange {}

@DomainEvent('OfferSent')
export class OfferSent extends OfferChange {}

@DomainEvent('OfferSentBack')
export class OfferSentBack extends OfferChange {}

@DomainEvent('OfferAccepted')
export class OfferAccepted extends OfferChange {}

@DomainEvent('OfferDeclined')
export class OfferDeclined extends OfferChange {}

@DomainEvent('OfferCancelled')
export class OfferCancelled extends OfferChange {}

abstract class WorkChange {
  constructor(
    readonly work: WorkKind,
    readonly by: By,
  ) {}
}

@DomainEvent('WorkItemScheduled')
export class WorkItemScheduled extends WorkChange {}

@DomainEvent('WorkItemStarted')
export class WorkItemStarted extends WorkChange {}

/** Somebody put the item down; it may be taken up again. */
@DomainEvent('WorkItemCompleted')
export class WorkItemCompleted extends WorkChange {}

export const statusEvents = [
  ApplicationSubmitted,
  ApplicationPartlySubmitted,
  ApplicationPreAccepted,
  ApplicationAccepted,
  ApplicationFinalized,
  ApplicationApproved,
  ApplicationRegistered,
  ApplicationActivated,
  ApplicationDeclined,
  ApplicationCancelled,
] as const;

export const offerEvents = [
  OfferSelected,
  OfferCreated,
  OfferSent,
  OfferSentBack,
  OfferAccepted,
  OfferDeclined,
  OfferCancelled,
] as const;

export const workEvents = [WorkItemScheduled, WorkItemStarted, WorkItemCompleted] as const;

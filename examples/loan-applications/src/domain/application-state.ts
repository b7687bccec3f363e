/** What is known of one application from what happened to it. It decides nothing: `loan-application.ts` does. */
import { AggregateRoot, Applies } from '@tidemark/core';
import * as event from './events.ts';
import { type OfferState, type Offers, withOffer } from './offers.ts';
import type { Status } from './status.ts';
import type { WorkKind } from './work.ts';

export type Grant = 'approved' | 'registered' | 'activated';

export abstract class ApplicationState extends AggregateRoot {
  status: Status = 'new';
  /** In euros. */
  amount = 0;
  /** In the order they came. */
  granted: readonly Grant[] = [];
  offers: Offers = [];
  planned: readonly WorkKind[] = [];
  /** What was taken up and not put down again: all of one kind. */
  atWork: readonly WorkKind[] = [];

  @Applies(event.ApplicationSubmitted)
  protected submitted({ amount }: event.ApplicationSubmitted) {
    this.status = 'submitted';
    this.amount = amount;
  }

  @Applies(event.ApplicationPartlySubmitted)
  protected partlySubmitted() {
    this.status = 'partly submitted';
  }

  @Applies(event.ApplicationPreAccepted)
  protected preAccepted() {
    this.status = 'pre-accepted';
  }

  @Applies(event.ApplicationAccepted)
  protected accepted() {
    this.status = 'accepted';
  }

  @Applies(event.ApplicationFinalized)
  protected finalized() {
    this.status = 'finalized';
  }

  @Applies(event.ApplicationApproved)
  protected approved() {
    this.grantedNow('approved');
  }

  @Applies(event.ApplicationRegistered)
  protected registered() {
    this.grantedNow('registered');
  }

  @Applies(event.ApplicationActivated)
  protected activated() {
    this.grantedNow('activated');
  }

  @Applies(event.ApplicationDeclined)
  protected declined() {
    this.status = 'declined';
  }

  @Applies(event.ApplicationCancelled)
  protected cancelled() {
    this.status = 'cancelled';
  }

  @Applies(event.OfferSelected)
  protected offerSelected({ offer }: event.OfferSelected) {
    this.offerIsNow(offer, 'selected');
  }

  @Applies(event.OfferCreated)
  protected offerCreated({ offer }: event.OfferCreated) {
    this.offerIsNow(offer, 'created');
  }

  @Applies(event.OfferSent)
  protected offerSent({ offer }: event.OfferSent) {
    this.offerIsNow(offer, 'sent');
  }

  @Applies(event.OfferSentBack)
  protected offerSentBack({ offer }: event.OfferSentBack) {
    this.offerIsNow(offer, 'sent back');
  }

  @Applies(event.OfferAccepted)
  protected offerAccepted({ offer }: event.OfferAccepted) {
    this.offerIsNow(offer, 'accepted');
  }

  @Applies(event.OfferDeclined)
  protected offerDeclined({ offer }: event.OfferDeclined) {
    this.offerIsNow(offer, 'declined');
  }

  @Applies(event.OfferCancelled)
  protected offerCancelled({ offer }: event.OfferCancelled) {
    this.offerIsNow(offer, 'cancelled');
  }

  @Applies(event.WorkItemScheduled)
  protected workScheduled({ work }: event.WorkItemScheduled) {
    if (!this.planned.includes(work)) this.planned = [...this.planned, work];
  }

  @Applies(event.WorkItemStarted)
  protected workStarted({ work }: event.WorkItemStarted) {
    this.atWork = [...this.atWork, work];
  }

  @Applies(event.WorkItemCompleted)
  protected workCompleted({ work }: event.WorkItemCompleted) {
    const last = this.atWork.lastIndexOf(work);
    this.atWork = this.atWork.filter((_, index) => index !== last);
  }

  private grantedNow(grant: Grant) {
    this.status = 'granted';
    this.granted = [...this.granted, grant];
  }

  private offerIsNow(offer: number, state: OfferState) {
    this.offers = withOffer(this.offers, offer, state);
  }
}

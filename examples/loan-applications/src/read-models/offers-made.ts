import { Documents, On, Projection, type RecordedEvent } from '@tidemark/core';
import {
  OfferAccepted,
  OfferCancelled,
  OfferCreated,
  OfferDeclined,
  OfferSelected,
  OfferSent,
  OfferSentBack,
} from '../domain/events.ts';
import { type OfferState, type Offers, withOffer } from '../domain/offers.ts';

export interface OffersOfApplication {
  readonly offers: Offers;
}

/** The offers of each application that got any, and what became of them. */
@Projection('offers', { version: 1 })
export class OffersMade extends Documents<OffersOfApplication> {
  @On(OfferSelected)
  selected(event: RecordedEvent<OfferSelected>) {
    this.#change(event, 'selected');
  }

  @On(OfferCreated)
  created(event: RecordedEvent<OfferCreated>) {
    this.#change(event, 'created');
  }

  @On(OfferSent)
  sent(event: RecordedEvent<OfferSent>) {
    this.#change(event, 'sent');
  }

  @On(OfferSentBack)
  sentBack(event: RecordedEvent<OfferSentBack>) {
    this.#change(event, 'sent back');
  }

  @On(OfferAccepted)
  accepted(event: RecordedEvent<OfferAccepted>) {
    this.#change(event, 'accepted');
  }

  @On(OfferDeclined)
  declined(event: RecordedEvent<OfferDeclined>) {
    this.#change(event, 'declined');
  }

  @On(OfferCancelled)
  cancelled(event: RecordedEvent<OfferCancelled>) {
    this.#change(event, 'cancelled');
  }

  #change({ aggregateId, data }: RecordedEvent<{ readonly offer: number }>, state: OfferState) {
    this.update(aggregateId, ({ offers }) => ({ offers: withOffer(offers, data.offer, state) }), { offers: [] });
  }
}

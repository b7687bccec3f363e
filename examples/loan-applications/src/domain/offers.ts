/**
 * The offers of one application, numbered from 1 in the order they were selected. The log names none of its offers, and
 * need not: in all its 7,030 offers no more than one was in the making, and one with the customer, at a time.
 */
export type OfferState = 'selected' | 'created' | 'sent' | 'sent back' | 'accepted' | 'declined' | 'cancelled';

export interface Offer {
  readonly number: number;
  readonly state: OfferState;
  /** The customer sent it back signed, whatever became of it. */
  readonly wasSentBack: boolean;
}

export type Offers = readonly Offer[];

/** The offer that is being made and has not been sent yet. */
export function offerInTheMaking(offers: Offers): Offer | undefined {
  return offers.find(({ state }) => state === 'selected' || state === 'created');
}

/** The offer that the customer has, or has sent back. */
export function outstandingOffer(offers: Offers): Offer | undefined {
  return offers.find(({ state }) => state === 'sent' || state === 'sent back');
}

export function acceptedOffer(offers: Offers): Offer | undefined {
  return offers.find(({ state }) => state === 'accepted');
}

/** Whether one of them was ever sent, or ever sent back. */
export function wasEver(offers: Offers, state: OfferState): boolean {
  if (state === 'sent back') return offers.some(({ wasSentBack }) => wasSentBack);
  return offers.some((offer) => offer.state !== 'selected' && offer.state !== 'created');
}

export function withOffer(offers: Offers, number: number, state: OfferState): Offers {
  const offer = offers.find((candidate) => candidate.number === number);
  if (offer === undefined) return [...offers, { number, state, wasSentBack: false }];
  const changed = { number, state, wasSentBack: offer.wasSentBack || state === 'sent back' };
  return offers.map((candidate) => (candidate.number === number ? changed : candidate));
}

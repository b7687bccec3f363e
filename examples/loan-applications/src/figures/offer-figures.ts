import type { Application } from '@tidemark/core';
import type { Offer } from '../domain/offers.ts';
import { OffersMade } from '../read-models/offers-made.ts';

interface OfferFate {
  readonly fate: string;
  readonly offers: number;
  readonly sentBack: number;
}

export interface OfferFigures {
  readonly offers: number;
  /** Number of offers → how many applications got so many. */
  readonly perApplication: ReadonlyMap<number, number>;
  readonly fates: readonly OfferFate[];
}

const fates: readonly (readonly [string, Offer['state'][]])[] = [
  ['accepted', ['accepted']],
  ['declined by the bank', ['declined']],
  ['cancelled or replaced', ['cancelled']],
  ['with the bank', ['sent back']],
  ['with the customer', ['sent']],
  ['in the making', ['selected', 'created']],
];

export async function offerFigures(app: Application): Promise<OfferFigures> {
  const perApplication = new Map<number, number>();
  const all: Pick<Offer, 'state' | 'wasSentBack'>[] = [];
  for await (const { value } of app.documents(OffersMade).all()) {
    perApplication.set(value.offers.length, (perApplication.get(value.offers.length) ?? 0) + 1);
    all.push(...value.offers);
  }
  return {
    offers: all.length,
    perApplication: new Map([...perApplication].sort(([a], [b]) => a - b)),
    fates: fates.map(([fate, states]) => {
      const offers = all.filter(({ state }) => states.includes(state));
      return { fate, offers: offers.length, sentBack: offers.filter(({ wasSentBack }) => wasSentBack).length };
    }),
  };
}

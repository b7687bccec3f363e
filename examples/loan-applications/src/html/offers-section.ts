import type { OfferFigures } from '../figures/offer-figures.ts';
import { count, percent } from '../report/numbers.ts';
import { barTable, ofLargest, type Tone } from './bar-table.ts';
import { html, type Markup } from './markup.ts';

const tones: Readonly<Record<string, Tone>> = {
  accepted: 'approved',
  'declined by the bank': 'declined',
  'cancelled or replaced': 'cancelled',
};

export function offersSection({ offers, perApplication, fates }: OfferFigures): Markup {
  if (offers === 0) return html`<p>No offer was made.</p>`;
  const made = fates.filter((fate) => fate.offers > 0);
  const applications = [...perApplication.values()].reduce((sum, number) => sum + number, 0);
  const accepted = made.find(({ fate }) => fate === 'accepted')?.offers ?? 0;
  const ofMostOffers = ofLargest(made.map((fate) => fate.offers));
  const ofMostApplications = ofLargest([...perApplication.values()]);
  return html`
<p class="finding">${count(offers)} offers were made on ${count(applications)} applications, and ${percent(accepted / offers)} of them accepted.</p>
${barTable({
  caption: 'What became of the offers; the paler part was sent back by the customer',
  head: ['offer', 'offers', 'share', 'sent back'],
  groups: [
    made.map(({ fate, sentBack, ...of }) => ({
      name: fate,
      share: ofMostOffers(of.offers),
      marked: ofMostOffers(sentBack),
      tone: tones[fate] ?? 'open',
      hint: `${fate}: ${count(of.offers)} offers, ${count(sentBack)} of them sent back by the customer`,
      figures: [count(of.offers), percent(of.offers / offers), count(sentBack)],
    })),
  ],
})}
${barTable({
  caption: 'Offers per application, where there was any',
  head: ['offers', 'applications', 'share'],
  groups: [
    [...perApplication].map(([number, got]) => ({
      name: String(number),
      share: ofMostApplications(got),
      hint: `${number} ${number === 1 ? 'offer' : 'offers'}: ${count(got)} applications`,
      figures: [count(got), percent(got / applications)],
    })),
  ],
})}`;
}

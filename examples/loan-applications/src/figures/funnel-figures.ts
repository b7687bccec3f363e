import type { Application } from '@tidemark/core';
import { wasEver } from '../domain/offers.ts';
import { Funnel } from '../read-models/funnel.ts';
import { OffersMade } from '../read-models/offers-made.ts';

export interface Stage {
  readonly name: string;
  readonly applications: number;
  /** Of all that were submitted, and of those that reached the stage before: from 0 to 1. */
  readonly ofAll: number;
  readonly ofPrevious: number;
}

/** From submitted to approved, and the three ways to leave. */
export async function funnelFigures(
  app: Application,
): Promise<{ readonly stages: readonly Stage[]; readonly exits: readonly Stage[] }> {
  const counts = new Map<string, number>();
  for await (const { key, value } of app.documents(Funnel).all()) counts.set(key, value.count);
  const count = (step: string) => counts.get(step) ?? 0;
  const offers = await applicationsWithOffers(app);
  const submitted = count('ApplicationSubmitted');
  const ended = count('ApplicationApproved') + count('ApplicationDeclined') + count('ApplicationCancelled');
  const stages = [
    ['submitted', submitted],
    ['partly submitted', count('ApplicationPartlySubmitted')],
    ['pre-accepted', count('ApplicationPreAccepted')],
    ['accepted', count('ApplicationAccepted')],
    ['finalized', count('ApplicationFinalized')],
    ['an offer sent', offers.sent],
    ['an offer sent back', offers.sentBack],
    ['approved', count('ApplicationApproved')],
  ] as const;
  const exits = [
    ['declined', count('ApplicationDeclined')],
    ['cancelled', count('ApplicationCancelled')],
    ['still open', submitted - ended],
  ] as const;
  return {
    stages: stages.map(([name, applications], index) =>
      stage(name, applications, submitted, stages[index - 1]?.[1] ?? submitted),
    ),
    exits: exits.map(([name, applications]) => stage(name, applications, submitted, submitted)),
  };
}

async function applicationsWithOffers(app: Application): Promise<{ readonly sent: number; readonly sentBack: number }> {
  let sent = 0;
  let sentBack = 0;
  for await (const { value } of app.documents(OffersMade).all()) {
    if (wasEver(value.offers, 'sent')) sent += 1;
    if (wasEver(value.offers, 'sent back')) sentBack += 1;
  }
  return { sent, sentBack };
}

function stage(name: string, applications: number, all: number, previous: number): Stage {
  return { name, applications, ofAll: share(applications, all), ofPrevious: share(applications, previous) };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

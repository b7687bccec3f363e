/** Which step of an application, or of its offers, directly follows which. Work items are left out: they come between any two. */
import type { Application } from '@tidemark/core';
import { stepOf, Variants } from '../read-models/variants.ts';

interface FlowStep {
  /** By the event's name. */
  readonly step: string;
  readonly taken: number;
  /** Applications that took no other step after it. */
  readonly last: number;
}

export interface Follow {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface FlowFigures {
  /** In the order of the process: later ones mostly come later. */
  readonly steps: readonly FlowStep[];
  /** The most frequent first. */
  readonly follows: readonly Follow[];
}

/** From the application's own way over its offers to the ways it ends. */
export const orderOfSteps: readonly string[] = [
  'ApplicationSubmitted',
  'ApplicationPartlySubmitted',
  'ApplicationPreAccepted',
  'ApplicationAccepted',
  'ApplicationFinalized',
  'OfferSelected',
  'OfferCreated',
  'OfferSent',
  'OfferSentBack',
  'OfferAccepted',
  'ApplicationApproved',
  'ApplicationRegistered',
  'ApplicationActivated',
  'OfferDeclined',
  'OfferCancelled',
  'ApplicationDeclined',
  'ApplicationCancelled',
];

export async function flowFigures(app: Application): Promise<FlowFigures> {
  const taken = new Map<string, number>();
  const last = new Map<string, number>();
  const follows = new Map<string, Map<string, number>>();
  for await (const { value } of app.documents(Variants).all()) {
    let before: string | undefined;
    for (const step of [...value.path].map(stepOf)) {
      if (!orderOfSteps.includes(step)) continue;
      addTo(taken, step);
      if (before !== undefined) addTo(followersOf(follows, before), step);
      before = step;
    }
    if (before !== undefined) addTo(last, before);
  }
  return {
    steps: orderOfSteps
      .filter((step) => taken.has(step))
      .map((step) => ({ step, taken: taken.get(step) ?? 0, last: last.get(step) ?? 0 })),
    follows: [...follows]
      .flatMap(([from, followers]) => [...followers].map(([to, count]) => ({ from, to, count })))
      .sort((a, b) => b.count - a.count || inOrder(a.from, b.from) || inOrder(a.to, b.to)),
  };
}

/**
 * The most frequent follows that together make up at least `share` (from 0 to 1) of all, and for every step the most
 * frequent way to it, so that none stands alone.
 */
export function mainFollows({ follows }: FlowFigures, share: number): readonly Follow[] {
  const wanted = share * countOf(follows);
  let covered = 0;
  const reached = new Set<string>();
  return follows.filter(({ to, count }) => {
    const wantedStill = covered < wanted || !reached.has(to);
    covered += count;
    reached.add(to);
    return wantedStill;
  });
}

export function countOf(follows: readonly Follow[]): number {
  return follows.reduce((sum, { count }) => sum + count, 0);
}

function followersOf(follows: Map<string, Map<string, number>>, step: string): Map<string, number> {
  const followers = follows.get(step) ?? new Map<string, number>();
  follows.set(step, followers);
  return followers;
}

function addTo(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function inOrder(a: string, b: string): number {
  return orderOfSteps.indexOf(a) - orderOfSteps.indexOf(b);
}

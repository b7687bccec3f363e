import type { StoreCapabilities } from '@tidemark/core';
import { Decisions } from './decisions.ts';
import { Funnel } from './funnel.ts';
import { OffersMade } from './offers-made.ts';
import { FollowedOpenApplications, OpenApplications } from './open-applications.ts';
import { Variants } from './variants.ts';
import { Workload } from './workload.ts';

/** Kept in the transaction of each append, so that whoever appends has to know them. */
export const inlineModels = [OpenApplications] as const;

/** All of them; none depends on the order of events across applications. */
export const readModels = [Funnel, Decisions, OffersMade, Workload, ...inlineModels, Variants] as const;

export type ReadModelClass = (typeof readModels)[number];

/** All of them, none inline. */
export const followedModels: readonly ReadModelClass[] = readModels.map(followed);

function followed(model: ReadModelClass): ReadModelClass {
  return model === OpenApplications ? FollowedOpenApplications : model;
}

/** The read models as a store can have them that says what it can: without inline projections all of them follow. */
export function readModelsFor({ inlineProjections }: StoreCapabilities): readonly ReadModelClass[] {
  return inlineProjections ? readModels : followedModels;
}

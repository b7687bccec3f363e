import { Decisions } from './decisions.ts';
import { Funnel } from './funnel.ts';
import { OffersMade } from './offers-made.ts';
import { OpenApplications } from './open-applications.ts';
import { Variants } from './variants.ts';
import { Workload } from './workload.ts';

/** Kept in the transaction of each append, so that whoever appends has to know them. */
export const inlineModels = [OpenApplications] as const;

/** All of them; none depends on the order of events across applications. */
export const readModels = [Funnel, Decisions, OffersMade, Workload, ...inlineModels, Variants] as const;

export type ReadModelClass = (typeof readModels)[number];

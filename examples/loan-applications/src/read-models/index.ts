import { Decisions } from './decisions.ts';
import { Funnel } from './funnel.ts';
import { OffersMade } from './offers-made.ts';
import { OpenApplications } from './open-applications.ts';
import { Variants } from './variants.ts';
import { Workload } from './workload.ts';

/** All of them; none depends on the order of events across applications. */
export const readModels = [Funnel, Decisions, OffersMade, Workload, OpenApplications, Variants] as const;

export type ReadModelClass = (typeof readModels)[number];

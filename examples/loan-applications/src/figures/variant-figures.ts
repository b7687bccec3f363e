import type { Application } from '@tidemark/core';
import { stepOf, Variants } from '../read-models/variants.ts';

export interface VariantFigures {
  readonly applications: number;
  readonly steps: number;
  /** How often each kind of step was taken: by the event's name, for work items with the kind of work behind it. */
  readonly counts: ReadonlyMap<string, number>;
  readonly variants: number;
  /** Of the longest application, in steps; the first of them where there are several. */
  readonly longest: { readonly number: string; readonly steps: number };
  /** The most frequent courses, as `stepOf` reads them. */
  readonly frequent: readonly { readonly path: string; readonly applications: number }[];
}

export async function variantFigures(app: Application, frequent = 5): Promise<VariantFigures> {
  const variants = new Map<string, number>();
  const counts = new Map<string, number>();
  let [applications, steps, longest] = [0, 0, { number: '', steps: 0 }];
  for await (const { key, value } of app.documents(Variants).all()) {
    applications += 1;
    steps += value.path.length;
    variants.set(value.path, (variants.get(value.path) ?? 0) + 1);
    for (const character of value.path) counts.set(character, (counts.get(character) ?? 0) + 1);
    if (value.path.length > longest.steps) longest = { number: key, steps: value.path.length };
  }
  const sorted = [...variants].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return {
    applications,
    steps,
    counts: new Map([...counts].map(([character, count]) => [stepOf(character), count])),
    variants: variants.size,
    longest,
    frequent: sorted.slice(0, frequent).map(([path, count]) => ({ path, applications: count })),
  };
}

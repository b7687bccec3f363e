/** Which services the handlers of aggregates want: read from the types of their methods, so that nobody declares it twice. */
import type { CommandContext } from '../decider/context.ts';
import type { AggregateRoot } from './aggregate-root.ts';

/** What a method wants of `context.services`, as a function of it; `never` where it wants nothing in particular. */
type WantedBy<M> = M extends (command: never, context: infer C, ...rest: never[]) => unknown
  ? [unknown] extends [C]
    ? never
    : C extends CommandContext<infer S>
      ? unknown extends S
        ? never
        : (services: S) => void
      : never
  : never;

type WantedByAll<A> = A extends abstract new () => infer I
  ? I extends AggregateRoot
    ? { [K in keyof I]: WantedBy<I[K]> }[keyof I]
    : never
  : never;

/** The intersection of all that is wanted; `unknown` where nothing is. */
type Wanted<A> = [WantedByAll<A>] extends [never]
  ? unknown
  : WantedByAll<A> extends (services: infer S) => void
    ? S
    : unknown;

/**
 * `createApplication`'s `services`, as the public handlers of its aggregates declare them with `CommandContext<Services>`:
 * wanted where one does and does not take `undefined`. Deciders, and aggregates in a list that is only known when it
 * runs, want nothing in particular.
 */
export type ServicesFor<A> =
  unknown extends Wanted<A>
    ? { readonly services?: unknown }
    : undefined extends Wanted<A>
      ? { readonly services?: Wanted<A> }
      : { readonly services: Wanted<A> };

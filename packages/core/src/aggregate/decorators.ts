/** The decorators of aggregates and commands. They take classes explicitly and never read `design:*`. */

import type { CommandClass } from '../decider/aggregate-type.ts';
import type { CommandContext } from '../decider/context.ts';
import { assertCategory, assertCount } from '../decider/decider.ts';
import { ConfigurationError } from '../errors.ts';
import { assertClass, assertKeys } from '../event/argument-kinds.ts';
import type { EventClass } from '../event/domain-event.ts';
import { assertOnClass, assertOnMember } from '../event/legacy-decorators.ts';
import { type AnyClass, ClassNote, ClassNotes, classOf } from '../shared/class-metadata.ts';
import type { AggregateRoot } from './aggregate-root.ts';
import type { ResultOf } from './command.ts';

export interface AggregateNote {
  readonly category: string;
  readonly version: number;
  readonly snapshotEvery: number | undefined;
}

export const aggregateNote = new ClassNote<AggregateNote>('aggregate');
export const handlesNotes = new ClassNotes<{ readonly command: CommandClass; readonly method: string }>('handles');
export const appliesNotes = new ClassNotes<{ readonly event: EventClass; readonly method: string | undefined }>(
  'applies',
);
export const idNote = new ClassNote<string>('aggregate-id');

/**
 * Makes a class an aggregate whose streams are named `category-id`. Raise `version` when what `@Applies` methods do
 * changes its meaning: older snapshots are then left alone. `snapshot.every` counts events.
 */
export function Aggregate(
  category: string,
  options: { version?: number; snapshot?: { every: number } } = {},
): (target: new () => AggregateRoot) => void {
  assertCategory(category);
  assertKeys(`@Aggregate('${category}') options`, options, { version: true, snapshot: true });
  const { version = 1, snapshot } = options;
  if (snapshot !== undefined) assertKeys(`@Aggregate('${category}') snapshot`, snapshot, { every: true });
  const note: AggregateNote = {
    category,
    version: assertCount(`@Aggregate('${category}') version`, version),
    snapshotEvery: snapshot && assertCount(`@Aggregate('${category}') snapshot.every`, snapshot.every),
  };
  return (target, context?: unknown) => {
    assertOnClass('@Aggregate', target, context);
    aggregateNote.set(target, note);
  };
}

/** Marks the field of a command that names its aggregate. */
export function AggregateId(): (target: object, field: string) => void {
  return (target, field) => {
    assertOnMember('@AggregateId', target, field);
    const other = idNote.own(classOf(target));
    if (other !== undefined) {
      throw new ConfigurationError(`two fields of ${classOf(target).name} are @AggregateId: ${other} and ${field}`, [
        other,
        field,
      ]);
    }
    idNote.set(classOf(target), field);
  };
}

/**
 * `unknown` where a method declares the decorated class as its event or command, alone or as one of several (`A | B`
 * under `@Applies(A) @Applies(B)`), or declares none; where it declares another, a text, which no method is.
 */
type Takes<M extends (...args: never[]) => unknown, T> =
  Parameters<M> extends []
    ? unknown
    : Parameters<M>[0] extends infer P
      ? P extends T
        ? unknown
        : 'the method takes another class than its decorator names'
      : never;

/**
 * The method decides this command: `(command, context)`, synchronous or not. It returns what the command's
 * `Command<Result>` says, otherwise nothing.
 */
export function Handles<C extends object>(
  command: CommandClass<C>,
): <M extends (command: C, context: CommandContext<never>) => ResultOf<C> | Promise<ResultOf<C>>>(
  target: AggregateRoot,
  method: string,
  descriptor: TypedPropertyDescriptor<M> & Takes<M, C>,
) => void {
  assertClass('@Handles', command);
  return (target, method) => {
    assertOnMember('@Handles', target, method);
    handlesNotes.add(classOf(target), { command, method });
  };
}

/** The method changes the state after this event. It must not refuse, wait, or look at anything but state and event. */
export function Applies<E extends object>(
  event: EventClass<E>,
): <M extends (event: E) => void>(
  target: AggregateRoot,
  method: string,
  descriptor: TypedPropertyDescriptor<M> &
    Takes<M, E> &
    (ReturnType<M> extends void ? unknown : 'an @Applies method is synchronous and returns nothing'),
) => void {
  assertClass('@Applies', event);
  return (target, method) => {
    assertOnMember('@Applies', target, method);
    appliesNotes.add(classOf(target), { event, method });
  };
}

/** On the class: these events are recorded and leave the state as it is. */
Applies.nothing = (...events: readonly EventClass[]): ((target: AnyClass) => void) => {
  for (const event of events) assertClass('@Applies.nothing', event);
  return (target, context?: unknown) => {
    assertOnClass('@Applies.nothing', target, context);
    for (const event of events) appliesNotes.add(target, { event, method: undefined });
  };
};

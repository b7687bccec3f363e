/** `@Projection` and `@On`, and what they say once they are read. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { assertVersion, type EventClass, eventNameOf } from '../event/domain-event.ts';
import type { RecordedEvent } from '../event/event.ts';
import { ClassNote, ClassNotes, classOf } from '../shared/class-metadata.ts';
import { describe } from '../shared/describe.ts';
import type { ModelKey } from '../store/read-model-store.ts';
import { Documents, type ReadModel } from './documents.ts';

export type ProjectionClass = new () => ReadModel;

const projectionNote = new ClassNote<ModelKey>('projection');
const onNotes = new ClassNotes<{ readonly event: EventClass; readonly method: string }>('on');

/**
 * Names a projection. Its documents and its checkpoint belong to name and version (from 1): raise the version when
 * handlers change their meaning, and the new one is built from the log's beginning beside the old.
 */
export function Projection(
  name: string,
  { version = 1 }: { version?: number } = {},
): (target: ProjectionClass) => void {
  if (typeof name !== 'string' || !/^[^\p{Cc}]{1,128}$/u.test(name)) {
    throw new ArgumentError(
      '@Projection name',
      describe(name),
      'text of 1 to 128 characters without control characters',
    );
  }
  assertVersion(`@Projection('${name}') version`, version);
  return (target) => projectionNote.set(target, { name, version });
}

/**
 * `never` where the method takes another event than the decorated one, or returns something, a promise included. Under
 * several `@On` it takes `RecordedEvent<A | B>`, or any `RecordedEvent`.
 */
type Fits<M extends (...args: never[]) => unknown, E> = (Parameters<M> extends [RecordedEvent<infer T>]
  ? unknown extends T
    ? unknown
    : T extends E
      ? unknown
      : never
  : unknown) &
  (ReturnType<M> extends void ? unknown : never);

/** The method takes in this event: synchronously, in the order of the log. */
export function On<E extends object>(
  event: EventClass<E>,
): <M extends (event: RecordedEvent<E>) => void>(
  target: ReadModel,
  method: string,
  descriptor: TypedPropertyDescriptor<M> & Fits<M, E>,
) => void {
  return (target, method) => onNotes.add(classOf(target), { event, method });
}

/** A projection as the projector runs it. */
export interface ProjectionDefinition {
  readonly model: ModelKey;
  readonly target: ProjectionClass;
  readonly events: readonly EventClass[];
  /** The method for an event's type. */
  readonly methods: ReadonlyMap<string, string>;
}

/** Throws `ConfigurationError` for a class that is no projection, or whose decorators contradict one another. */
export function projectionOf(target: ProjectionClass): ProjectionDefinition {
  const model = typeof target === 'function' ? projectionNote.own(target) : undefined;
  const name = typeof target === 'function' ? target.name : describe(target);
  if (model === undefined || !(target.prototype instanceof Documents)) {
    throw new ConfigurationError(`${name} is no projection: it has no @Projection, or does not extend Documents`, [
      name,
    ]);
  }
  const methods = new Map<string, string>();
  const notes = onNotes.all(target);
  for (const { event, method } of notes) {
    const type = eventNameOf(event)?.type;
    if (type === undefined)
      throw new ConfigurationError(`${name}.${method} is @On ${event.name}, which has no @DomainEvent`, [name]);
    const other = methods.get(type);
    if (other !== undefined && other !== method) {
      const places = [`${name}.${other}`, `${name}.${method}`];
      throw new ConfigurationError(`two handlers for ${event.name}: ${places.join(' and ')}`, places);
    }
    methods.set(type, method);
  }
  if (methods.size === 0) throw new ConfigurationError(`${name} has no @On method`, [name]);
  return { model, target, events: notes.map(({ event }) => event), methods };
}

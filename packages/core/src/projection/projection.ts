/** `@Projection` and `@On`, and what they say once they are read. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { assertArray, assertClass, assertKeys } from '../event/argument-kinds.ts';
import { assertVersion, type EventClass, eventNameOf } from '../event/domain-event.ts';
import type { RecordedEvent } from '../event/event.ts';
import { assertOnClass, assertOnMember } from '../event/legacy-decorators.ts';
import { ClassNote, ClassNotes, classOf } from '../shared/class-metadata.ts';
import { describe } from '../shared/describe.ts';
import type { ModelKey, ModelShape } from '../store/read-model-store.ts';
import { Documents } from './documents.ts';
import type { IndexableField } from './indexable.ts';
import type { ReadModel } from './read-model.ts';
import { Tables, tablesOf } from './tables.ts';

export type ProjectionClass = new () => ReadModel;

/**
 * What happens to an event whose handler goes on failing: `stop` the projection in front of it, `park` it and what
 * follows in its stream until somebody retries or skips it, or `skip` it for good.
 */
export type ErrorPolicy = 'stop' | 'park' | 'skip';

export interface ProjectionOptions<I extends string = string> {
  /** From 1. Raise it when handlers change their meaning: the new one is built beside the old, and then served. */
  readonly version?: number | undefined;
  /** Inside the append's transaction: who reads it sees every acknowledged event, and what it throws refuses the append. */
  readonly inline?: boolean | undefined;
  /** Default `stop`. An inline projection refuses the append instead. */
  readonly onError?: ErrorPolicy | undefined;
  /** How often a handler that fails is tried again, with growing pauses, before `onError` counts. Default 3. */
  readonly retries?: number | undefined;
  /** Fields of the documents that queries may name: texts, numbers, booleans, Dates. */
  readonly indexes?: readonly I[] | undefined;
}

interface Declared {
  readonly model: ModelKey;
  readonly inline: boolean;
  readonly onError: ErrorPolicy;
  readonly retries: number;
  readonly indexes: readonly string[];
}

const projectionNote = new ClassNote<Declared>('projection');
const onNotes = new ClassNotes<{ readonly event: EventClass; readonly method: string }>('on');

/** A text, which no class is, where a field is indexed that the documents do not have, or that cannot be compared. */
type Indexed<C extends ProjectionClass, I extends string> =
  InstanceType<C> extends Documents<infer T>
    ? [I] extends [IndexableField<T>]
      ? unknown
      : `indexes: '${Exclude<I, IndexableField<T>>}' is no field of the documents, or none that can be compared`
    : unknown;

/**
 * Names a projection. Its documents or tables and its checkpoint belong to name and version. Throws `ArgumentError` for
 * options that cannot be meant.
 */
export function Projection<const I extends string = never>(
  name: string,
  options: ProjectionOptions<I> = {},
): <C extends ProjectionClass>(target: C & Indexed<C, I>) => void {
  const declared = declaredBy(name, options);
  return (target, context?: unknown) => {
    assertOnClass('@Projection', target, context);
    projectionNote.set(target, declared);
  };
}

const knownOptions: Readonly<Record<keyof ProjectionOptions, true>> = {
  ...{ version: true, inline: true, onError: true, retries: true, indexes: true },
};

function declaredBy(name: unknown, options: ProjectionOptions): Declared {
  if (typeof name !== 'string' || !/^[^\p{Cc}\p{Cs}]{1,128}$/u.test(name)) {
    throw new ArgumentError(
      '@Projection name',
      describe(name),
      'well-formed text of 1 to 128 characters without control characters',
    );
  }
  const option = (key: string) => `@Projection('${name}') ${key}`;
  assertKeys(option('options'), options, knownOptions);
  const { version = 1, inline = false, onError = 'stop', retries = 3, indexes = [] } = options;
  assertVersion(option('version'), version);
  if (typeof inline !== 'boolean') throw new ArgumentError(option('inline'), describe(inline), 'true or false');
  if (!['stop', 'park', 'skip'].includes(onError)) {
    throw new ArgumentError(option('onError'), describe(onError), "'stop', 'park' or 'skip'");
  }
  if (inline && onError !== 'stop') {
    throw new ArgumentError(option('onError'), `'${onError}' with inline`, 'none: what it throws refuses the append');
  }
  if (!Number.isSafeInteger(retries) || retries < 0 || retries > 100) {
    throw new ArgumentError(option('retries'), describe(retries), 'a whole number from 0 to 100');
  }
  assertArray(option('indexes'), indexes);
  const wrong = indexes.find((field) => typeof field !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(field));
  if (wrong !== undefined) {
    throw new ArgumentError(option('indexes'), describe(wrong), 'names of letters, digits and _, at most 63');
  }
  return { model: { name, version }, inline, onError, retries, indexes: [...new Set(indexes)].sort() };
}

/**
 * A text, which no method is and the compiler shows, where the method takes another event than the decorated one, or
 * returns something, a promise included. Under several `@On` it takes `RecordedEvent<A | B>`, or any `RecordedEvent`.
 */
type Fits<M extends (...args: never[]) => unknown, E> = (Parameters<M> extends [RecordedEvent<infer T>]
  ? unknown extends T
    ? unknown
    : T extends E
      ? unknown
      : 'the method takes another event than its @On names'
  : unknown) &
  (ReturnType<M> extends void ? unknown : 'an @On method is synchronous and returns nothing');

/** The method takes in this event: synchronously, in the order of the log. */
export function On<E extends object>(
  event: EventClass<E>,
): <M extends (event: RecordedEvent<E>) => void>(
  target: ReadModel,
  method: string,
  descriptor: TypedPropertyDescriptor<M> & Fits<M, E>,
) => void {
  assertClass('@On', event);
  return (target, method) => {
    assertOnMember('@On', target, method);
    onNotes.add(classOf(target), { event, method });
  };
}

/** A projection as it is run. */
export interface ProjectionDefinition extends Declared {
  readonly target: ProjectionClass;
  readonly kind: 'documents' | 'tables';
  readonly shape: ModelShape;
  readonly events: readonly EventClass[];
  /** The method for an event's type. */
  readonly methods: ReadonlyMap<string, string>;
}

/** Throws `ConfigurationError` for a class that is no projection, or whose decorators contradict one another. */
export function projectionOf(target: ProjectionClass): ProjectionDefinition {
  const declared = projectionNote.own(target);
  const name = typeof target === 'function' ? target.name : describe(target);
  const kind = kindOf(target);
  if (declared === undefined || kind === undefined) {
    const found = `${name} is no projection: it has no @Projection, or extends neither Documents nor Tables`;
    throw new ConfigurationError(found, [name]);
  }
  if (kind === 'tables' && declared.indexes.length > 0) {
    throw new ConfigurationError(`${name} has \`indexes\`, which are for Documents: its tables declare their own`, [
      name,
    ]);
  }
  const tables = kind === 'tables' ? tablesOf(target as new () => Tables) : [];
  const notes = onNotes.all(target);
  const events = notes.map(({ event }) => event);
  return {
    ...declared,
    target,
    kind,
    shape: { indexes: declared.indexes, tables },
    events,
    methods: methodsOf(name, notes),
  };
}

function kindOf(target: ProjectionClass): ProjectionDefinition['kind'] | undefined {
  if (typeof target !== 'function') return undefined;
  if (target.prototype instanceof Documents) return 'documents';
  return target.prototype instanceof Tables ? 'tables' : undefined;
}

function methodsOf(
  name: string,
  notes: readonly { readonly event: EventClass; readonly method: string }[],
): ReadonlyMap<string, string> {
  const methods = new Map<string, string>();
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
  return methods;
}

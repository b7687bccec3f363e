/** The handlers of one projection, run on one event at a time: the same way behind the log, in an append, and in a retry. */
import { AsyncProjectionError, ProjectionStateError } from '../application-errors.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { ValueClasses } from '../event/value.ts';
import { isPromised } from '../shared/promised.ts';
import type { ModelSession } from '../store/read-model-store.ts';
import { type ChangedDocument, DocumentBatch } from './document-batch.ts';
import type { ProjectionDefinition } from './projection.ts';
import { closeSession, openSession, type ReadModel } from './read-model.ts';

const frozen = /^Cannot (?:assign to read only|add) property '?([^',]+)/;

type Method = (this: ReadModel, event: RecordedEvent) => unknown;

export class Handlers {
  readonly #instance: ReadModel;
  /** For each type of event, in the words of the class as it is now. */
  readonly #methods: ReadonlyMap<string, Method>;

  constructor(
    readonly definition: ProjectionDefinition,
    private readonly values: ValueClasses,
  ) {
    const instance = new definition.target();
    // What a handler kept in a field would be missing after a restart, and count twice where a batch is taken in again.
    Object.freeze(instance);
    const named = instance as unknown as Readonly<Record<string, Method>>;
    this.#instance = instance;
    this.#methods = new Map([...definition.methods].map(([type, name]) => [type, named[name] as Method]));
  }

  /** The work of one transaction on a build. */
  on(session: ModelSession): HandlerRun {
    const { kind, model } = this.definition;
    const batch = kind === 'documents' ? new DocumentBatch(model, session, this.values) : undefined;
    return new HandlerRun(this, session, batch);
  }

  /**
   * Runs the handlers of events `from` to `to`, exclusive. Throws what a handler throws, and `AsyncProjectionError` when
   * one returns a promise.
   */
  handle(events: readonly RecordedEvent[], from: number, to: number, session: unknown): void {
    openSession(this.#instance, session);
    try {
      for (let index = from; index < to; index += 1) this.#handle(events[index] as RecordedEvent);
    } catch (error) {
      throw this.#explained(error);
    } finally {
      closeSession(this.#instance);
    }
  }

  #handle(event: RecordedEvent): void {
    const returned = this.#methods.get(event.type)?.call(this.#instance, event);
    if (!isPromised(returned)) return;
    // Its own failure, which comes later, must not end the process.
    returned.then(undefined, () => {});
    const { methods, target } = this.definition;
    throw new AsyncProjectionError(`${target.name}.${methods.get(event.type)}`);
  }

  /** The engine's words for a write to a field of the projection do not say why it is refused. */
  #explained(error: unknown): unknown {
    const [, field] = (error instanceof TypeError && frozen.exec(error.message)) || [];
    if (field === undefined || !(field in this.#instance || (error as Error).message.includes('extensible')))
      return error;
    return new ProjectionStateError(this.definition.target.name, field, { cause: error });
  }
}

export class HandlerRun {
  constructor(
    private readonly handlers: Handlers,
    private readonly session: ModelSession,
    private readonly batch: DocumentBatch | undefined,
  ) {}

  /** Whether a handler that threw has left nothing behind. */
  get undoesItself(): boolean {
    return this.batch !== undefined;
  }

  /** Takes in events that count together, as the parts of a split one do: all their changes of documents, or none. */
  take(events: readonly RecordedEvent[], from = 0, to = events.length): void {
    const { batch, handlers } = this;
    try {
      handlers.handle(events, from, to, batch ?? this.session);
    } catch (error) {
      batch?.drop();
      throw error;
    }
    batch?.keep();
  }

  /** From here on, changes of documents can be undone; those of tables are the store's to undo. */
  mark(): void {
    this.batch?.mark();
  }

  undo(): void {
    this.batch?.undo();
  }

  /** Writes what was held back. */
  flush(): void {
    this.batch?.flush();
  }

  /** The changed documents; call it before `flush`. */
  changes(): readonly ChangedDocument[] {
    return this.batch?.changes() ?? [];
  }
}

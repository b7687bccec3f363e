/** The handlers of one projection, run on one event at a time: the same way behind the log, in an append, and in a retry. */
import { AsyncProjectionError } from '../application-errors.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { ValueClasses } from '../event/value.ts';
import type { ModelSession } from '../store/read-model-store.ts';
import { type ChangedDocument, DocumentBatch } from './document-batch.ts';
import type { ProjectionDefinition } from './projection.ts';
import { type ReadModel, withSession } from './read-model.ts';

export class Handlers {
  readonly #instance: ReadModel;

  constructor(
    readonly definition: ProjectionDefinition,
    private readonly values: ValueClasses,
  ) {
    this.#instance = new definition.target();
  }

  /** The work of one transaction on a build. */
  on(session: ModelSession): HandlerRun {
    const { kind, model } = this.definition;
    const batch = kind === 'documents' ? new DocumentBatch(model, session, this.values) : undefined;
    return new HandlerRun(this, session, batch);
  }

  /** Throws what the handler throws, and `AsyncProjectionError` when it returns a promise. */
  handle(event: RecordedEvent, session: unknown): void {
    const { methods, target } = this.definition;
    const method = methods.get(event.type);
    if (method === undefined) return;
    const instance = this.#instance as unknown as Record<string, (event: RecordedEvent) => unknown>;
    const returned = withSession(this.#instance, session, () => instance[method]?.(event));
    if (typeof (returned as { then?: unknown } | undefined)?.then !== 'function') return;
    // Its own failure, which comes later, must not end the process.
    (returned as Promise<unknown>).then(undefined, () => {});
    throw new AsyncProjectionError(`${target.name}.${method}`);
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
    const { batch } = this;
    if (batch === undefined) this.#handle(events, from, to, this.session);
    else batch.together(() => this.#handle(events, from, to, batch));
  }

  #handle(events: readonly RecordedEvent[], from: number, to: number, session: unknown): void {
    for (let index = from; index < to; index += 1) this.handlers.handle(events[index] as RecordedEvent, session);
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

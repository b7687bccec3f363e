/** Documents by key, and the class that projections onto them extend. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { className, describe } from '../shared/describe.ts';

/** What a handler may do while it runs; each call sees what the ones before it did. */
export interface DocumentSession {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  update(key: string, change: (value: unknown) => unknown, initial: unknown): void;
  remove(key: string): void;
}

let sessionOf: (model: ReadModel, session: DocumentSession | undefined) => void;

/** What every projection class extends by way of `Documents`, whatever its documents are. */
export abstract class ReadModel {
  #session: DocumentSession | undefined;

  static {
    sessionOf = (model, session) => {
      model.#session = session;
    };
  }

  /** Throws `ConfigurationError` outside a handler's run. */
  protected get session(): DocumentSession {
    if (this.#session !== undefined) return this.#session;
    throw new ConfigurationError(`documents of ${className(this)} were changed outside its handlers`, [
      className(this),
    ]);
  }
}

/**
 * A projection onto documents of type `T`: extend it, and change documents in `@On` methods. Methods are synchronous,
 * as the changes of a batch of events and the checkpoint behind them are stored in one transaction. Keep nothing in
 * fields: what is not in a document is gone when the process ends.
 */
export abstract class Documents<T> extends ReadModel {
  /** A fresh copy of the document, `undefined` where there is none. */
  protected get(key: string): T | undefined {
    return this.session.get(assertKey(key)) as T | undefined;
  }

  /** Creates or replaces it. Throws `SerializationError` for what cannot be stored. */
  protected put(key: string, value: T): void {
    this.session.put(assertKey(key), value);
  }

  /** Replaces it by what `change` makes of it. Throws `DocumentNotFoundError` where there is none and no `initial`. */
  protected update(key: string, change: (value: T) => T, initial?: T): void {
    this.session.update(assertKey(key), change as (value: unknown) => unknown, initial);
  }

  /** Does nothing where there is none. */
  protected remove(key: string): void {
    this.session.remove(assertKey(key));
  }
}

/** Opens the documents to `run`, and closes them when it returns: what an asynchronous handler does later is refused. */
export function withSession<R>(model: ReadModel, session: DocumentSession, run: () => R): R {
  sessionOf(model, session);
  try {
    return run();
  } finally {
    sessionOf(model, undefined);
  }
}

function assertKey(key: unknown): string {
  if (typeof key === 'string' && key !== '' && key.length <= 1_024) return key;
  throw new ArgumentError('document key', describe(key), 'text of 1 to 1,024 characters');
}

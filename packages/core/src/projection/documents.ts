/** Documents by key, and the class that projections onto them extend. */
import { ArgumentError } from '../errors.ts';
import { assertFunction } from '../event/argument-kinds.ts';
import { describe } from '../shared/describe.ts';
import { ReadModel } from './read-model.ts';

/** What a handler may do while it runs; each call sees what the ones before it did. */
export interface DocumentSession {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  update(key: string, change: (value: unknown) => unknown, initial: unknown): void;
  remove(key: string): void;
}

/**
 * A projection onto documents of type `T`: extend it, and change documents in `@On` methods. Methods are synchronous,
 * as the changes of a batch of events and the checkpoint behind them are stored in one transaction. Keep nothing in
 * fields: what is not in a document is gone when the process ends.
 */
export abstract class Documents<T> extends ReadModel<DocumentSession> {
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
    assertFunction('change', change);
    this.session.update(assertKey(key), change as (value: unknown) => unknown, initial);
  }

  /** Does nothing where there is none. */
  protected remove(key: string): void {
    this.session.remove(assertKey(key));
  }
}

/** Well-formed text: a lone surrogate would come back as another key. Throws `ArgumentError`. */
function assertKey(key: unknown): string {
  if (typeof key === 'string' && key !== '' && key.length <= 1_024 && !loneSurrogate.test(key)) return key;
  throw new ArgumentError('document key', describe(key), 'well-formed text of 1 to 1,024 characters');
}

const loneSurrogate = /\p{Cs}/u;

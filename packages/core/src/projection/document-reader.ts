/** Documents as an application reads them. */
import type { Observable } from 'rxjs';
import { ArgumentError } from '../errors.ts';
import type { Position } from '../event/revision.ts';
import type { ValueClasses } from '../event/value.ts';
import { describe } from '../shared/describe.ts';
import type { ModelKey, ReadModelStore } from '../store/read-model-store.ts';
import { decodeDocument } from './batch.ts';

const pageSize = 256;

/** A document that this process changed, told after the change was committed; several events at once count as one. */
export interface DocumentChange<T> {
  readonly key: string;
  /** `undefined` where there was none. */
  readonly before: T | undefined;
  /** `undefined` where it was removed. */
  readonly after: T | undefined;
  /** The checkpoint it was committed with. */
  readonly position: Position;
}

export class DocumentReader<T> {
  constructor(
    private readonly model: ModelKey,
    private readonly store: ReadModelStore,
    private readonly values: ValueClasses,
    /** What this process changes, from now on. */
    readonly changes$: Observable<DocumentChange<T>>,
  ) {}

  /** A fresh copy, `undefined` where there is none. It may be behind the log: see `caughtUp`. */
  async get(key: string): Promise<T | undefined> {
    if (typeof key !== 'string') throw new ArgumentError('document key', describe(key), 'text');
    const document = this.store.read(this.model, key);
    return document === undefined ? undefined : (decodeDocument(document, this.model, key, this.values) as T);
  }

  async count(): Promise<number> {
    return this.store.count(this.model);
  }

  /** All documents in the order of their keys, read in pages; what changes meanwhile may be seen before or after. */
  async *all(): AsyncGenerator<{ readonly key: string; readonly value: T }, void, undefined> {
    for (let after: string | undefined; ; ) {
      const page = this.store.scan(this.model, { after, limit: pageSize });
      for (const { key, ...document } of page) {
        yield { key, value: decodeDocument(document, this.model, key, this.values) as T };
      }
      if (page.length < pageSize) return;
      after = page[page.length - 1]?.key;
      // Between pages others run: a long read must not hold the process up.
      await new Promise(setImmediate);
    }
  }
}

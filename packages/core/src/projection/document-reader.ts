/** Documents as an application reads them. */
import type { Observable } from 'rxjs';
import { ArgumentError, BuildGoneError } from '../errors.ts';
import type { ValueClasses } from '../event/value.ts';
import { describe } from '../shared/describe.ts';
import type { StoredDocument } from '../store/read-model-store.ts';
import { decodeDocument } from './document-batch.ts';
import type { DocumentChange } from './document-change.ts';
import { conditions, cursorOf, documentQuery, type FindOptions, type Where } from './document-queries.ts';
import { type ServedModel, servedBuild } from './served-build.ts';

const pageSize = 256;

export interface KeyedValue<T> {
  readonly key: string;
  readonly value: T;
}

export interface DocumentPage<T> {
  readonly documents: readonly KeyedValue<T>[];
  /** Give it as `after` to get the next page; `undefined` when this was the last. */
  readonly next: string | undefined;
}

export interface DocumentReaderParts<T> extends ServedModel {
  /** Fields that may be asked for. */
  readonly indexes: readonly string[];
  readonly values: ValueClasses;
  readonly changes$: Observable<DocumentChange<T>>;
}

/**
 * Reads whichever build is served: the highest complete version up to this code's own. Everything throws
 * `ReadModelNotReadyError` while there has never been one, and `ArgumentError` for what cannot be asked.
 */
export class DocumentReader<T> {
  /** What this process changes, from now on; a `reset` where documents changed otherwise. */
  readonly changes$: Observable<DocumentChange<T>>;

  constructor(private readonly parts: DocumentReaderParts<T>) {
    this.changes$ = parts.changes$;
  }

  /** A fresh copy, `undefined` where there is none. It may be behind the log: see `caughtUp`. */
  async get(key: string): Promise<T | undefined> {
    if (typeof key !== 'string') throw new ArgumentError('document key', describe(key), 'text');
    const document = this.#reading((build) => this.parts.store.read(build, key));
    return document === undefined ? undefined : this.#decode(key, document);
  }

  /** How many there are, or match. */
  async count(where?: Where<T>): Promise<number> {
    const asked = where === undefined ? undefined : conditions(where, this.parts.indexes);
    return this.#reading((build) => this.parts.store.count(build, asked));
  }

  /** One page of those that match, in order. */
  async find(options: FindOptions<T> = {}): Promise<DocumentPage<T>> {
    const query = documentQuery(options, this.parts.indexes);
    const { documents, end } = this.#reading((build) => this.parts.store.find(build, query));
    const isLast = documents.length < query.limit || end === undefined;
    return {
      documents: documents.map(({ key, ...document }) => ({ key, value: this.#decode(key, document) })),
      next: isLast ? undefined : cursorOf(end, query.orderBy),
    };
  }

  /** The first that matches, in order. */
  async findOne(options: Omit<FindOptions<T>, 'limit' | 'after'> = {}): Promise<KeyedValue<T> | undefined> {
    return (await this.find({ ...options, limit: 1 })).documents[0];
  }

  /**
   * All documents in the order of their keys, read in pages from one build; what changes meanwhile may be seen before or
   * after. Throws `BuildGoneError` when that build is dropped meanwhile.
   */
  async *all(): AsyncGenerator<KeyedValue<T>, void, undefined> {
    const build = servedBuild(this.parts);
    for (let after: string | undefined; ; ) {
      const page = this.parts.store.scan(build, { after, limit: pageSize });
      for (const { key, ...document } of page) yield { key, value: this.#decode(key, document) };
      if (page.length < pageSize) return;
      after = page[page.length - 1]?.key;
      // Between pages others run: a long read must not hold the process up.
      await new Promise(setImmediate);
    }
  }

  /** Again where the build was dropped between the two steps: another one is served by then. */
  #reading<R>(read: (build: number) => R): R {
    for (;;) {
      const build = servedBuild(this.parts);
      try {
        return read(build);
      } catch (error) {
        if (!(error instanceof BuildGoneError) || this.parts.store.served(this.parts.model) === build) throw error;
      }
    }
  }

  #decode(key: string, document: StoredDocument): T {
    return decodeDocument(document, this.parts.model, key, this.parts.values) as T;
  }
}

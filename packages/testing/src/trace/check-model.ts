/** Compares a read model with what a fresh replay gives: document by document, all of them. */
import { inspect, isDeepStrictEqual } from 'node:util';
import { ArgumentError } from '@tidemark/core';
import { Findings } from './invariant-error.ts';

/** Documents by key: a Map, entries, or what `app.documents(P).all()` gives. */
export type KeyedDocuments<T = unknown> =
  | Iterable<readonly [key: string, value: T]>
  | AsyncIterable<readonly [key: string, value: T] | { readonly key: string; readonly value: T }>;

/**
 * Resolves with the number of documents when the model has just those that the replay has, deeply and strictly equal.
 * Throws `InvariantError` with the first differences, and `ArgumentError`.
 *
 * @example
 * await checkModelAgainstReplay(app.documents(Balances).all(), balancesByHand);
 */
export async function checkModelAgainstReplay(model: KeyedDocuments, replay: KeyedDocuments): Promise<number> {
  assertDocuments('model', model);
  assertDocuments('replay', replay);
  const findings = new Findings();
  const left = new Map<string, unknown>();
  for await (const document of replay) left.set(...keyed(document));
  const wanted = left.size;
  const where = 'the model and its replay';
  let documents = 0;
  for await (const document of model) {
    const [key, value] = keyed(document);
    documents += 1;
    if (!left.has(key))
      findings.add({
        code: 'DOCUMENT_UNEXPECTED',
        where,
        key,
        found: show(value),
        wanted: `no document (${wanted} in all)`,
      });
    else if (!isDeepStrictEqual(value, left.get(key)))
      findings.add({ code: 'DOCUMENT_DIFFERS', where, key, found: show(value), wanted: show(left.get(key)) });
    left.delete(key);
  }
  for (const [key, value] of left) {
    findings.add({
      code: 'DOCUMENT_MISSING',
      where,
      key,
      found: `no document (${documents} in all)`,
      wanted: show(value),
    });
  }
  findings.assertNone();
  return documents;
}

function assertDocuments(argument: string, documents: unknown): void {
  const kind = typeof documents === 'object' ? (documents ?? undefined) : undefined;
  if (kind !== undefined && (Symbol.iterator in kind || Symbol.asyncIterator in kind)) return;
  throw new ArgumentError(argument, show(documents), 'a Map, entries, or what `documents(P).all()` gives');
}

function keyed<T>(document: readonly [string, T] | { readonly key: string; readonly value: T }): [string, T] {
  return 'key' in document ? [document.key, document.value] : [document[0], document[1]];
}

function show(value: unknown): string {
  const text = inspect(value, {
    depth: 6,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 20,
    maxStringLength: 100,
  });
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/**
 * What EventStoreDB 23.10 decides about a write before it writes. Revisions that exist are compared by event id with what
 * the log holds for good; `any` and `stream_exists` know only the ids in a bounded cache, which a restart empties.
 */
import { deletedRevision, type ExpectedRevision, metastreamOf, noRevision } from './log-record.ts';

/** What the decision looks at. */
export interface CommitView {
  /** −1 for a stream without events, Int64.Max for one with a tombstone. */
  lastRevision(stream: string): bigint;
  isSoftDeleted(stream: string): boolean;
  /** The id of an event in the log, truncated or not. */
  idAt(stream: string, revision: bigint): string | undefined;
  /** Where an event of that id was written last, as far as the cache remembers. */
  recent(id: string): { readonly stream: string; readonly revision: bigint } | undefined;
}

export type CommitDecision =
  | { readonly decision: 'write'; readonly current: bigint; readonly revives: boolean }
  /** These events are there already; `last` is the last one's revision. */
  | { readonly decision: 'idempotent'; readonly last: bigint }
  | { readonly decision: 'wrong-expected-version'; readonly current: bigint }
  | { readonly decision: 'stream-deleted' };

export function checkCommit(
  view: CommitView,
  stream: string,
  expected: ExpectedRevision,
  ids: readonly string[],
): CommitDecision {
  const current = view.lastRevision(stream);
  if (current === deletedRevision) return { decision: 'stream-deleted' };
  if (expected === 'stream_exists') {
    if (view.isSoftDeleted(stream)) return { decision: 'stream-deleted' };
    const exists = current !== noRevision || view.lastRevision(metastreamOf(stream)) !== noRevision;
    if (!exists) return { decision: 'wrong-expected-version', current };
  }
  if (expected === 'any' || expected === 'stream_exists') return checkRecent(view, stream, current, ids);

  const wanted = expected === 'no_stream' ? noRevision : expected;
  if (wanted < current) return checkExact(view, stream, wanted, current, ids);
  if (wanted > current) return { decision: 'wrong-expected-version', current };
  return { decision: 'write', current, revives: view.isSoftDeleted(stream) };
}

function checkRecent(view: CommitView, stream: string, current: bigint, ids: readonly string[]): CommitDecision {
  let last: bigint | undefined;
  for (const id of ids) {
    const known = view.recent(id);
    if (known?.stream === stream) last = known.revision;
    else if (last === undefined) break;
    else return { decision: 'wrong-expected-version', current };
  }
  if (last !== undefined) return { decision: 'idempotent', last };
  return { decision: 'write', current, revives: view.isSoftDeleted(stream) };
}

function checkExact(
  view: CommitView,
  stream: string,
  wanted: bigint,
  current: bigint,
  ids: readonly string[],
): CommitDecision {
  let revision = wanted;
  for (const id of ids) {
    revision += 1n;
    if (view.idAt(stream, revision) === id) continue;
    const isFirst = revision === wanted + 1n;
    if (isFirst && wanted === noRevision && view.isSoftDeleted(stream)) {
      return { decision: 'write', current, revives: true };
    }
    return { decision: 'wrong-expected-version', current };
  }
  if (revision === wanted) return { decision: 'wrong-expected-version', current };
  return { decision: 'idempotent', last: revision };
}

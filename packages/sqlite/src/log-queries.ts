/** Filters as SQL: what a reader does not want is left in the database, as making a row of JavaScript costs most. */
import type { Position } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { limited } from './limit.ts';
import { type LogRow, PageQuery, type PageRows } from './page-query.ts';
import type { Wanted } from './wanted.ts';

export interface LogRange {
  readonly low: Position;
  readonly high: Position;
  readonly wanted: Wanted;
  readonly direction: 'forwards' | 'backwards';
  readonly limit: number;
}

type Value = number | string;

/** A part of a WHERE clause, and what its question marks stand for. */
interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** So many categories are each read in order through the index and merged; more are looked for among all events. */
const mostMerged = 8;
/** So many types are written out in the statement. */
const mostListed = 16;

export class LogQueries {
  readonly #queries = new LRUCache<string, PageQuery<LogRow>>({ max: 100 });

  constructor(private readonly db: Database.Database) {}

  run({ low, high, wanted, direction, limit }: LogRange): PageRows<LogRow> {
    const { categories, types, prefixes } = wanted;
    if (categories?.length === 0 || types?.length === 0) return { rows: [], isFull: false };
    const range: Condition = { sql: 'position BETWEEN ? AND ?', values: [low, high] };
    const common = [range, ...typesIn(types), ...beginningWith(prefixes)];
    const arms = armsOf(categories).map((arm) => [...common, ...arm]);
    const order = `ORDER BY position ${direction === 'forwards' ? 'ASC' : 'DESC'} ${limited}`;
    const wheres = arms.map((arm) => arm.map(({ sql }) => sql).join(' AND '));
    const values = arms.flat().flatMap((condition) => condition.values);
    return this.#query(wheres, order).run(limit, ...values);
  }

  #query(wheres: readonly string[], order: string): PageQuery<LogRow> {
    const key = `${wheres.join(' UNION ')} ${order}`;
    const known = this.#queries.get(key);
    if (known !== undefined) return known;
    const query = new PageQuery<LogRow>(this.db, (columns) => {
      const selects = wheres.map((where) => `SELECT ${columns}, stream_id FROM events WHERE ${where}`);
      return `${selects.join(' UNION ALL ')} ${order}`;
    });
    this.#queries.set(key, query);
    return query;
  }
}

/** Whether the index alone finds what matches, so that however far away it is, finding it costs the same. */
export function isIndexed({ categories, types, prefixes }: Wanted): boolean {
  if (types !== undefined || prefixes !== undefined) return false;
  return (categories?.length ?? 0) <= mostMerged;
}

/** One SELECT for each category: SQLite merges what comes in order, and stops at the limit. `IN` would sort them all. */
function armsOf(categories: readonly number[] | undefined): readonly (readonly Condition[])[] {
  if (categories === undefined) return [[]];
  if (categories.length <= mostMerged) return categories.map((id) => [{ sql: 'category_id = ?', values: [id] }]);
  // The plus keeps the index out of it.
  return [[{ sql: `+category_id IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(categories)] }]];
}

function typesIn(types: readonly number[] | undefined): readonly Condition[] {
  if (types === undefined) return [];
  // Each event is compared with a short list faster than it is looked up in a table made of a long one.
  if (types.length <= mostListed) return [{ sql: `type_id IN (${types.map(() => '?').join()})`, values: types }];
  return [{ sql: 'type_id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(types)] }];
}

function beginningWith(prefixes: readonly string[] | undefined): readonly Condition[] {
  if (prefixes === undefined) return [];
  const tests = prefixes.map(() => 'substr(name, 1, length(?)) = ?').join(' OR ');
  const values = prefixes.flatMap((prefix) => [prefix, prefix]);
  return [{ sql: `EXISTS (SELECT 1 FROM streams WHERE id = stream_id AND (${tests}))`, values }];
}

/**
 * Questions to the documents of one build, answered through the indexes on its declared fields. SQLite's own order is
 * the contract's: NULL, numbers, text by its bytes.
 */
import {
  ArgumentError,
  type DocumentQuery,
  type FieldCondition,
  type FoundDocuments,
  type IndexedValue,
  type QueryPlace,
} from '@tidemark/core';
import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { limited } from '../limit.ts';
import { fieldValue } from './field-value.ts';
import { documentsTable } from './plain-names.ts';

type Row = [key: string, json: string, types: string | null, value: IndexedValue];

/** A part of a WHERE clause, and what its question marks stand for. */
interface Condition {
  readonly sql: string;
  readonly values: readonly IndexedValue[];
}

/** A part of what a page may hold. */
interface Part extends Condition {
  /** All of it has one value in the field that orders: SQLite does not see that by itself, and would sort it by that. */
  readonly isOneValue?: boolean;
}

const mostStatements = 100;
const comparisons = ['=', '<', '<=', '>', '>='];
/** Text stands behind every number, and this before every text. */
const firstText = "''";

export class DocumentQueries {
  readonly #table: string;
  readonly #statements = new LRUCache<string, Database.Statement<IndexedValue[]>>({ max: mostStatements });

  constructor(
    private readonly db: Database.Database,
    id: number,
    /** The fields that have an index. */
    private readonly fields: readonly string[],
  ) {
    this.#table = documentsTable(id);
  }

  count(where: readonly FieldCondition[] = []): number {
    const { sql, values } = joined(where.map((each) => this.#condition(each)));
    const statement = this.#statement(`SELECT count(*) FROM ${this.#table} WHERE ${sql}`);
    return (statement.get(...values) as [number])[0];
  }

  find(query: DocumentQuery): FoundDocuments {
    const rows = this.#rows(query);
    const last = rows[rows.length - 1];
    return {
      documents: rows.map(([key, json, types]) => ({ key, json, types })),
      end: last && { value: query.orderBy === undefined ? null : last[3], key: last[0] },
    };
  }

  #rows({ where, orderBy, direction, after, limit }: DocumentQuery): readonly Row[] {
    if (direction !== 'ascending' && direction !== 'descending')
      throw new ArgumentError('direction', String(direction), "'ascending' or 'descending'");
    const value = orderBy === undefined ? 'NULL' : this.#value(orderBy);
    const word = direction === 'ascending' ? 'ASC' : 'DESC';
    const conditions = where.map((each) => this.#condition(each));
    const parts = behind(after, orderBy === undefined ? undefined : value, direction).map((part) => {
      const { sql, values } = joined([...conditions, part]);
      const order = orderBy === undefined || part.isOneValue ? '' : `${value} ${word}, `;
      const select = `SELECT key, json, types, ${value} AS value FROM ${this.#table} WHERE ${sql} ORDER BY ${order}key ${word} ${limited}`;
      return { sql: select, values: [...values, limit] };
    });
    const [first, ...others] = parts;
    if (first === undefined) return [];
    if (others.length === 0) return this.#statement(first.sql).all(...first.values) as Row[];
    // Each part is short by itself, and found in order through its index; together they are put in order once more.
    const union = parts.map(({ sql }) => `SELECT * FROM (${sql})`).join(' UNION ALL ');
    const values = parts.flatMap((part) => part.values);
    const sql = `${union} ORDER BY value ${word}, key ${word} ${limited}`;
    return this.#statement(sql).all(...values, limit) as Row[];
  }

  #condition({ field, comparison, value }: FieldCondition): Condition {
    const indexed = this.#value(field);
    if (!comparisons.includes(comparison))
      throw new ArgumentError('comparison', String(comparison), comparisons.join(' '));
    assertIndexedValue(field, value);
    if (value === null) return { sql: comparison === '=' ? `${indexed} IS NULL` : '0', values: [] };
    return { sql: `${indexed} ${comparison} ? ${sameKind(indexed, comparison, value)}`, values: [value] };
  }

  #value(field: string): string {
    if (this.fields.includes(field)) return fieldValue(field);
    const known = this.fields.map((name) => `'${name}'`).join(', ');
    throw new ArgumentError('field', `'${field}'`, `one that is declared as an index: ${known || 'there is none'}`);
  }

  #statement(sql: string): Database.Statement<IndexedValue[]> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.db.prepare<IndexedValue[]>(sql).raw();
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Numbers are compared with numbers, text with text: SQLite alone would say that every text is greater than a number. */
function sameKind(indexed: string, comparison: FieldCondition['comparison'], value: string | number): string {
  if (typeof value === 'number') return comparison.startsWith('>') ? `AND ${indexed} < ${firstText}` : '';
  return comparison.startsWith('<') ? `AND ${indexed} >= ${firstText}` : '';
}

/**
 * What lies behind a place in the order, as parts that an index finds each in one go: as one condition, the documents of
 * one value would be gone through from the first of them for each page.
 */
function behind(
  after: QueryPlace | undefined,
  value: string | undefined,
  direction: DocumentQuery['direction'],
): readonly Part[] {
  if (after === undefined) return [{ sql: '1', values: [] }];
  const sign = direction === 'ascending' ? '>' : '<';
  const { key } = after;
  if (value === undefined) return [{ sql: `key ${sign} ?`, values: [key] }];
  assertIndexedValue('after', after.value);
  const nulls: Part = { sql: `${value} IS NULL AND key ${sign} ?`, values: [key], isOneValue: true };
  if (after.value === null) return sign === '>' ? [nulls, { sql: `${value} IS NOT NULL`, values: [] }] : [nulls];
  const same: Part = { sql: `${value} = ? AND key ${sign} ?`, values: [after.value, key], isOneValue: true };
  const further: Part = { sql: `${value} ${sign} ?`, values: [after.value] };
  return sign === '>' ? [same, further] : [same, further, { sql: `${value} IS NULL`, values: [], isOneValue: true }];
}

function joined(conditions: readonly Condition[]): Condition {
  const sql = conditions.map((each) => each.sql).join(' AND ');
  return { sql: sql || '1', values: conditions.flatMap(({ values }) => values) };
}

function assertIndexedValue(field: string, value: unknown): void {
  if (value === null || typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value))) return;
  const found = typeof value === 'object' ? 'an object' : String(value);
  throw new ArgumentError(`value for '${field}'`, found, 'text, a number or null');
}

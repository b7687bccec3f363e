/** SQL as a template: names of tables are put into its text, and all else becomes a value of its statement. */

/** The name of a table of one build, quoted, for SQL. */
export class TableName {
  constructor(readonly quoted: string) {}

  toString(): string {
    return this.quoted;
  }
}

interface Text {
  /** What stands at each place: a table's name, or `undefined` for a value. */
  readonly names: readonly (string | undefined)[];
  readonly sql: string;
}

/** By the place in the code, as each of them is another object: what a handler says again at each event is put together once. */
const texts = new WeakMap<TemplateStringsArray, Text>();

export function sqlOf(parts: TemplateStringsArray, given: readonly unknown[]): { sql: string; values: unknown[] } {
  const known = texts.get(parts);
  const values: unknown[] = [];
  let isKnown = known !== undefined;
  for (let place = 0; place < given.length; place += 1) {
    const each = given[place];
    const name = nameIn(each);
    if (name === undefined) values.push(each);
    if (known?.names[place] !== name) isKnown = false;
  }
  return { sql: known !== undefined && isKnown ? known.sql : textOf(parts, given), values };
}

function textOf(parts: TemplateStringsArray, given: readonly unknown[]): string {
  const names = given.map(nameIn);
  const sql = parts.reduce((text, part, place) => `${text}${names[place - 1] ?? '?'}${part}`);
  texts.set(parts, { names, sql });
  return sql;
}

function nameIn(given: unknown): string | undefined {
  return given instanceof TableName ? given.quoted : undefined;
}

/** A value in a few words, for the `found` of an error: short, and never throwing. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string')
    return value.length > 60 ? `text of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = className(value);
  return name === 'Object' ? 'a plain object' : `an instance of ${name}`;
}

/** The name of an object's class, for messages. */
export function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || typeof prototype !== 'object') return 'Object';
  const target: unknown = prototype.constructor;
  return typeof target === 'function' && target.name !== '' ? target.name : 'an unnamed class';
}

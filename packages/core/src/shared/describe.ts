/** A value in a few words, for the `found` of an error: short, and never throwing. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string')
    return value.length > 60 ? `text of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === 'bigint') {
    const digits = `${value}`;
    return digits.length > 60 ? `a bigint of ${digits.length} digits` : `${digits}n`;
  }
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return nameOf(value) === undefined ? 'a function' : `the function ${nameOf(value)}`;
  if (typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
  } catch {
    return 'a revoked Proxy';
  }
  const name = className(value);
  return name === 'Object' ? 'a plain object' : `an instance of ${name}`;
}

/** The name of an object's class, for messages. */
export function className(value: object): string {
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || typeof prototype !== 'object') return 'Object';
    return nameOf(prototype.constructor) ?? 'an unnamed class';
  } catch {
    // A Proxy, or a getter that throws: an error's message must come about all the same.
    return 'an unnamed class';
  }
}

/** A class may have a static member called `name`, which need not be text. */
function nameOf(target: unknown): string | undefined {
  if (typeof target !== 'function') return undefined;
  const name: unknown = target.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

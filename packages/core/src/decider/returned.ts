/** What a handler returned, on its way to the caller. */
import { SerializationError } from '../errors.ts';
import { type EncodedValue, encodeValue } from '../event/codec.ts';
import { copyOf } from '../event/copy.ts';
import type { ValueClasses } from '../event/value.ts';

export interface Returned {
  /** For the caller: a copy, where one can be made. */
  readonly value: unknown;
  /** For the command log; absent where it was not wanted, or cannot be written. */
  readonly encoded: EncodedValue | undefined;
  /** Whether the caller may have got a part of the aggregate's state, which then must not be used any more. */
  readonly mayShare: boolean;
}

/**
 * A handler may return what its state holds, and the caller may change what it got. With `logged`, throws
 * `SerializationError` for what cannot be written.
 */
export function handOut(value: unknown, handler: () => string, values: ValueClasses, logged: boolean): Returned {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  if (!isObject && !logged) return { value, encoded: undefined, mayShare: false };
  try {
    const encoded = encodeValue(value, `what ${handler()} returned`, values);
    return { value: copyOf(value), encoded, mayShare: false };
  } catch (error) {
    if (logged || !(error instanceof SerializationError)) throw error;
    return { value, encoded: undefined, mayShare: true };
  }
}

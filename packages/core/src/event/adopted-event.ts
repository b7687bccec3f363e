/**
 * An event taken over from whoever recorded it. What is stored is settled at that moment, and neither what is applied nor
 * what a receipt shows shares an object with the original, or with one another: nobody's later change reaches a state.
 */
import { type EncodedValue, encodeValue } from './codec.ts';
import { copyOf } from './copy.ts';
import type { EventName } from './domain-event.ts';
import type { ValueClasses } from './value.ts';

export interface AdoptedEvent extends EventName {
  readonly encoded: EncodedValue;
  /** As reading the stored event would give it. For the aggregate. */
  readonly applied: object;
  /** The same once more. For the caller. */
  readonly shown: object;
}

/** Throws `SerializationError` with the path of what cannot be written. */
export function adoptEvent(original: object, { type, version }: EventName, values: ValueClasses): AdoptedEvent {
  const encoded = encodeValue(original, `event '${type}'`, values, true);
  return { type, version, encoded, applied: copyOf(original) as object, shown: copyOf(original) as object };
}

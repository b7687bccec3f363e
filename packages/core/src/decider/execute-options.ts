/** What a caller says about a command: checked, and taken over, before anything else is done. */
import { ArgumentError, SerializationError } from '../errors.ts';
import { assertKeys } from '../event/argument-kinds.ts';
import { encodeValue } from '../event/codec.ts';
import { copyOf } from '../event/copy.ts';
import { assertUnpatched, isPlainObject } from '../event/encoder.ts';
import type { EventMetadata } from '../event/event.ts';
import { assertExpectedRevision, type ExpectedRevision } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';
import { assertCommandId } from '../store/command-log.ts';
import { assertDate, assertSignal } from '../store/read-options.ts';

/** What a caller may say about a command besides its fields. */
export interface ExecuteOptions {
  /**
   * Makes the command idempotent: a second one with this id gets the first one's receipt. Well-formed text of 1 to 512
   * characters. With other fields, or for another handler or aggregate, it is a `CommandIdReusedError`.
   */
  readonly commandId?: string | undefined;
  /** Refuse with `WrongExpectedRevisionError`, and do not decide, unless the aggregate is here. */
  readonly expectedRevision?: ExpectedRevision | undefined;
  /** When it happened, where that was not now. */
  readonly occurredAt?: Date | undefined;
  /** Plain JSON, put on every event. `$correlationId` and `$causationId` may be set. */
  readonly metadata?: EventMetadata | undefined;
  /** Gives up: the promise rejects with the signal's reason, unless the append was under way already. */
  readonly signal?: AbortSignal | undefined;
}

const knownOptions: Readonly<Record<keyof ExecuteOptions, true>> = {
  commandId: true,
  expectedRevision: true,
  occurredAt: true,
  metadata: true,
  signal: true,
};

/**
 * A copy, as its caller may change the date or the metadata while the command waits. Throws `ArgumentError` for what
 * cannot be meant, `SerializationError` for metadata that is no plain JSON.
 */
export function takeOptions(options: ExecuteOptions): ExecuteOptions {
  if (!isObject(options)) throw new ArgumentError('options', describe(options), 'an object');
  assertKeys('options', options, knownOptions);
  const { commandId, expectedRevision, occurredAt, metadata, signal } = options;
  if (commandId !== undefined) assertCommandId(commandId);
  if (expectedRevision !== undefined) assertExpectedRevision(expectedRevision);
  if (occurredAt !== undefined) assertDate('occurredAt', occurredAt);
  if (signal !== undefined) assertSignal(signal);
  return {
    commandId,
    expectedRevision,
    occurredAt: occurredAt && new Date(occurredAt),
    metadata: metadata === undefined ? undefined : takeMetadata(metadata),
    signal,
  };
}

function takeMetadata(metadata: EventMetadata): EventMetadata {
  if (!isObject(metadata)) throw new ArgumentError('metadata', describe(metadata), 'an object');
  for (const key of Object.keys(metadata).filter((key) => key.startsWith('$'))) {
    if (key !== '$correlationId' && key !== '$causationId') {
      throw new ArgumentError('metadata', `the key ${key}`, 'names that do not begin with $');
    }
    const value = metadata[key];
    if (value !== undefined && typeof value !== 'string') {
      throw new ArgumentError(`metadata.${key}`, describe(value), 'text');
    }
  }
  const given = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
  assertUnpatched('metadata');
  if (isPlainObject(given)) return given;
  const [noted] = Object.entries(encodeValue(given, 'metadata').types ?? {});
  if (noted !== undefined) throw new SerializationError('metadata', noted[0], noted[1], 'plain JSON');
  return copyOf(given) as EventMetadata;
}

/** Of a class or none; not an array, a Map or a Date, whose content is not in properties. */
function isObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}

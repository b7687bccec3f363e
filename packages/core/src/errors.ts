/**
 * Errors about arguments, values, events and stores. Each has a stable `code`, so that it is recognised across two
 * copies of the package and after it crossed a process, and carries its facts as fields: `found` and `wanted` where
 * input was bad. `application-errors.ts` has those of commands and consumers.
 */
import { type ErrorJson, errorJson } from './shared/error-json.ts';

/** Carried by every error about bad input. */
export interface FoundAndWanted {
  readonly found: string;
  readonly wanted: string;
}

/** The base of every error of this library. Compare `code`, not classes, where several copies may be loaded. */
export class TidemarkError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }

  /** Name, code, message, facts, and the causes likewise, but no stacks: for logs and health checks. */
  toJSON(): ErrorJson {
    return errorJson(this, (error) => (error instanceof TidemarkError ? error : {}));
  }
}

/** A rule of the domain said no. Throw it from a command handler; the caller gets it unchanged. */
export class DomainError extends TidemarkError {}

/** An argument of a public function is not what it has to be. Nothing was done. */
export class ArgumentError extends TidemarkError {
  constructor(
    readonly argument: string,
    readonly found: string,
    readonly wanted: string,
    code = 'INVALID_ARGUMENT',
  ) {
    super(code, `${argument}: found ${found}, wanted ${wanted}`);
  }
}

/** A stream's name is not well-formed text of 1 to 512 characters without control characters. */
export class StreamNameError extends ArgumentError {
  constructor(found: string, wanted: string) {
    super('stream name', found, wanted, 'INVALID_STREAM_NAME');
  }
}

/** The application's declarations do not fit together; thrown while it is created, before anything is opened. */
export class ConfigurationError extends TidemarkError {
  constructor(
    message: string,
    readonly places: readonly string[] = [],
  ) {
    super('CONFIGURATION', message);
  }
}

/** One thing that validation refused. `value` is what was found, `rule` what is wanted. */
export interface ValidationFailure {
  readonly field: string;
  readonly rule: string;
  readonly message: string;
  readonly value: unknown;
}

/** A command or an event broke rules of its class; all failures are listed. Nothing was loaded or written. */
export class ValidationError extends TidemarkError {
  constructor(
    readonly subject: string,
    readonly failures: readonly ValidationFailure[],
  ) {
    super('VALIDATION', `${subject} is not valid: ${failures.map((failure) => failure.message).join('; ')}`);
  }
}

/** A value cannot be written so that the same value would be read again. `path` is an RFC 6901 pointer into it. */
export class SerializationError extends TidemarkError {
  constructor(
    readonly subject: string,
    readonly path: string,
    readonly found: string,
    readonly wanted = 'a value that JSON, Date, bigint, Map, Set, Uint8Array, undefined and registered classes can hold',
  ) {
    super('NOT_SERIALIZABLE', `${subject}${path === '' ? '' : ` at ${path}`}: found ${found}, wanted ${wanted}`);
  }
}

/** Where an event stands that errors name. */
export interface EventPlace {
  readonly type: string;
  readonly streamName: string;
  readonly revision: number;
  readonly position: number;
}

/** What is stored cannot be read back: not JSON, or its side note does not fit it. */
export class UnreadableEventError extends TidemarkError {
  /** Set where a subscription, an iterator or an Observable of events ended at it. */
  event?: EventPlace;

  constructor(
    readonly subject: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super('UNREADABLE_EVENT', `${subject} cannot be read: ${reason}`, options);
  }
}

/** An event is of a type, or of a schema version, that this code does not know. Deploy the code that wrote it. */
export class UnknownEventError extends TidemarkError {
  /** Set where a subscription, an iterator or an Observable of events ended at it. */
  event?: EventPlace;

  constructor(
    readonly eventType: string,
    readonly where: string,
    readonly found: string,
    readonly wanted: string,
  ) {
    super('UNKNOWN_EVENT', `${where}: event '${eventType}': found ${found}, wanted ${wanted}`);
  }
}

/** The stream is not where the writer thought it was. Nothing was written. */
export class WrongExpectedRevisionError extends TidemarkError {
  constructor(
    readonly streamName: string,
    readonly expected: 'any' | 'no_stream' | 'stream_exists' | number,
    /** The stream's last revision; `undefined` when it holds no event. */
    readonly actual: number | undefined,
    detail = '',
  ) {
    super(
      'WRONG_EXPECTED_REVISION',
      `stream '${streamName}': expected ${typeof expected === 'number' ? `revision ${expected}` : `'${expected}'`}, ` +
        `found ${actual === undefined ? 'no event' : `revision ${actual}`}${detail === '' ? '' : ` (${detail})`}`,
    );
  }
}

/** The stream was never written, or was deleted. */
export class StreamNotFoundError extends TidemarkError {
  constructor(readonly streamName: string) {
    super('STREAM_NOT_FOUND', `stream '${streamName}' was not found`);
  }
}

/** The stream was deleted: for good (`tombstone`), or softly while the caller demands that it exists. */
export class StreamDeletedError extends TidemarkError {
  constructor(
    readonly streamName: string,
    readonly tombstone: boolean,
  ) {
    super('STREAM_DELETED', `stream '${streamName}' was deleted${tombstone ? ' for good' : ''}`);
  }
}

/** The append may or may not have been stored, and repeating it could store it twice. Read the stream to find out. */
export class OutcomeUnknownError extends TidemarkError {
  constructor(
    readonly streamName: string,
    options?: ErrorOptions,
  ) {
    super('OUTCOME_UNKNOWN', `stream '${streamName}': it is not known whether the append was stored`, options);
  }
}

/** The append is larger than the store takes at once. It was not split; nothing was written. */
export class AppendTooLargeError extends TidemarkError {
  constructor(
    readonly streamName: string,
    readonly found: string,
    readonly wanted: string,
  ) {
    super('APPEND_TOO_LARGE', `stream '${streamName}': found ${found}, wanted ${wanted}`);
  }
}

/** The store cannot do this at all; see its `capabilities`. */
export class UnsupportedError extends TidemarkError {
  constructor(
    readonly capability: string,
    wayOut: string,
  ) {
    super('UNSUPPORTED', `this store has no ${capability}: ${wayOut}`);
  }
}

/** The store, or the application, was closed. */
export class ClosedError extends TidemarkError {
  constructor(readonly subject: string) {
    super('CLOSED', `${subject} is closed`);
  }
}

/**
 * Why a store failed underneath: found in `StoreFailedError.reason`. `busy`, `io`, `disk_full` and `unreachable` may pass
 * by themselves, and consumers try again; on all others they stop. `defect`: what was asked cannot be done, now or later, as
 * tables are not what they should be, or code is wrong.
 */
export type StoreFailure =
  | 'not_a_database'
  | 'newer_schema'
  | 'foreign_schema'
  | 'read_only'
  | 'disk_full'
  | 'busy'
  | 'cannot_open'
  | 'corrupt'
  | 'unreachable'
  | 'unauthenticated'
  | 'io'
  | 'defect';

/** The file, disk or server below a store failed. Nothing of the call was stored; `cause` is the driver's error. */
export class StoreFailedError extends TidemarkError {
  constructor(
    readonly reason: StoreFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`STORE_${reason.toUpperCase()}`, message, options);
  }
}

/** The user may not do this on the server. `right` says what is missing, for whoever grants rights there. */
export class AccessDeniedError extends TidemarkError {
  constructor(
    readonly subject: string,
    readonly right: string,
    options?: ErrorOptions,
  ) {
    super('ACCESS_DENIED', `${subject}: access denied, wanted ${right}`, options);
  }
}

/** A command with this id was handled already; a store throws it from `append`, `execute` answers with the first receipt. */
export class CommandHandledError extends TidemarkError {
  constructor(readonly commandId: string) {
    super('COMMAND_HANDLED', `a command with the id '${commandId}' was handled already`);
  }
}

/** Another runner moved the checkpoint first, so this batch was not applied. */
export class CheckpointFencedError extends TidemarkError {
  constructor(
    readonly consumer: string,
    readonly expected: number | undefined,
    readonly actual: number | undefined,
  ) {
    super(
      'CHECKPOINT_FENCED',
      `checkpoint of '${consumer}': expected ${expected ?? 'none'}, found ${actual ?? 'none'}: another runner is ahead`,
    );
  }
}

/** The lease went to another process: this one must not go on. Nothing of the call was stored. */
export class LeaseLostError extends TidemarkError {
  constructor(
    readonly lease: string,
    readonly token: number,
    /** `undefined`: nobody has it. */
    readonly actual: number | undefined,
  ) {
    super('LEASE_LOST', `lease '${lease}': expected token ${token}, found ${actual ?? 'none'}: another process leads`);
  }
}

/** A build of a read model is not there any more, or not in the state it was taken for. Nothing was changed. */
export class BuildGoneError extends TidemarkError {
  constructor(
    readonly build: number,
    readonly found: string,
    readonly wanted: string,
  ) {
    super('BUILD_GONE', `build ${build}: found ${found}, wanted ${wanted}`);
  }
}

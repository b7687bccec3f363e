/** Errors of commands, aggregates and consumers; see `errors.ts`. */
import { TidemarkError } from './errors.ts';

/** No aggregate of this application handles the command. */
export class UnknownCommandError extends TidemarkError {
  constructor(
    readonly command: string,
    readonly known: readonly string[],
  ) {
    super('UNKNOWN_COMMAND', `no aggregate handles ${command}; handled are: ${known.join(', ') || 'none'}`);
  }
}

/** A command handler executed a command on its own aggregate, which waits for that handler: it would wait for ever. */
export class ReentrantCommandError extends TidemarkError {
  constructor(
    readonly streamName: string,
    readonly command: string,
  ) {
    super('REENTRANT_COMMAND', `${command} on '${streamName}' was executed from inside a handler of '${streamName}'`);
  }
}

/** A command id was used before, for another command or another aggregate. */
export class CommandIdReusedError extends TidemarkError {
  constructor(
    readonly commandId: string,
    readonly found: string,
    readonly wanted: string,
  ) {
    super('COMMAND_ID_REUSED', `command id '${commandId}' was used before: found ${found}, wanted ${wanted}`);
  }
}

/** A command handler did not settle in time. What it records afterwards is refused. */
export class HandlerTimeoutError extends TidemarkError {
  constructor(
    readonly handler: string,
    readonly milliseconds: number,
  ) {
    super('HANDLER_TIMEOUT', `${handler} did not finish within ${milliseconds} ms`);
  }
}

/** An aggregate's history has lost its beginning, or all of it, so its state cannot be known. */
export class TruncatedHistoryError extends TidemarkError {
  constructor(
    readonly streamName: string,
    /** The first one that can be read of those behind what was lost; `undefined` where none can be. */
    readonly firstRevision: number | undefined,
  ) {
    const begins = firstRevision === undefined ? 'hides all its events' : `begins at revision ${firstRevision}`;
    super('TRUNCATED_HISTORY', `stream '${streamName}' ${begins}; found a truncated history, wanted all of it`);
  }
}

/**
 * What was asked to stop did not end in time and was left to itself: nobody waits for it any longer, and what it does
 * later is refused, as the store is closed.
 */
export class StopTimeoutError extends TidemarkError {
  constructor(
    /** What did not end, in words: `subscription 'mail'`. */
    readonly unsettled: readonly string[],
    readonly milliseconds: number,
  ) {
    super('STOP_TIMEOUT', `did not end within ${milliseconds} ms: ${unsettled.join(', ')}`);
  }
}

/**
 * A subscriber of one of the application's Observables threw, or an error came to it that it has no handler for. It was
 * unsubscribed; others go on. `cause` is the error.
 */
export class SubscriberFailedError extends TidemarkError {
  constructor(
    /** Which Observable, in words: `events$`. */
    readonly observable: string,
    readonly what: 'threw' | 'left unhandled',
    options: { readonly cause: unknown },
  ) {
    const did = what === 'threw' ? 'threw, and was unsubscribed' : 'has no handler for the error that ended it';
    super('SUBSCRIBER_FAILED', `a subscriber of ${observable} ${did}: ${reasonOf(options.cause)}`, options);
  }
}

/** A consumer's checkpoint does not belong to this log: the log was moved, restored, or lost its end. */
export class CheckpointMismatchError extends TidemarkError {
  constructor(
    readonly consumer: string,
    readonly found: string,
    readonly wanted: string,
  ) {
    super(
      'CHECKPOINT_MISMATCH',
      `checkpoint of '${consumer}': found ${found}, wanted ${wanted}; build it anew with app.rebuild, or by a raised version`,
    );
  }
}

/** A consumer was not at the wanted position in time. */
export class CaughtUpTimeoutError extends TidemarkError {
  constructor(
    readonly consumer: string,
    readonly wanted: number,
    readonly reached: number,
    readonly milliseconds: number,
  ) {
    super(
      'CAUGHT_UP_TIMEOUT',
      `'${consumer}' is at position ${reached}, wanted ${wanted} (lag ${wanted - reached}) within ${milliseconds} ms`,
    );
  }
}

/** A projection's handler returned a promise. Handlers are synchronous, as a batch commits as one. */
export class AsyncProjectionError extends TidemarkError {
  constructor(readonly handler: string) {
    super('ASYNC_PROJECTION', `${handler} returned a promise; projection handlers are synchronous`);
  }
}

/** A projection's handler wrote to a field of its class, which would be gone after a restart, and count twice in a retry. */
export class ProjectionStateError extends TidemarkError {
  constructor(
    readonly projection: string,
    readonly field: string,
    options: { readonly cause: unknown },
  ) {
    super(
      'PROJECTION_STATE',
      `${projection}: found a handler that writes to the field '${field}', wanted all that it has to know later in its read model`,
      options,
    );
  }
}

/** `update` found no document and was given nothing to begin with. */
export class DocumentNotFoundError extends TidemarkError {
  constructor(
    readonly projection: string,
    readonly key: string,
  ) {
    super('DOCUMENT_NOT_FOUND', `projection '${projection}' has no document '${key}', and update got no initial value`);
  }
}

/** An event that a consumer could not take in, as errors name it. */
export interface BlamedEvent {
  readonly type: string;
  readonly streamName: string;
  readonly revision: number;
}

/** A consumer stopped at an event it could not handle. `cause` is the handler's error; nothing behind it was handled. */
export class ConsumerStoppedError extends TidemarkError {
  /** Of the event it stopped at; these three are `undefined` where no event is to blame. */
  readonly eventType: string | undefined;
  readonly streamName: string | undefined;
  readonly revision: number | undefined;

  constructor(
    readonly consumer: string,
    /** The position of that event; of the last handled one where no event is to blame. */
    readonly position: number,
    event: BlamedEvent | undefined,
    options: { readonly cause: unknown },
  ) {
    const place = event === undefined ? `behind position ${position}` : `at ${nameOf(event)}, position ${position}`;
    super('CONSUMER_STOPPED', `'${consumer}' stopped ${place}: ${reasonOf(options.cause)}`, options);
    this.eventType = event?.type;
    this.streamName = event?.streamName;
    this.revision = event?.revision;
  }
}

/** An inline projection could not take an event in, so the append was refused. Nothing of it was written; `cause` is the handler's error. */
export class ProjectionRefusedError extends TidemarkError {
  readonly eventType: string;
  readonly streamName: string;
  readonly revision: number;

  constructor(
    readonly projection: string,
    /** Where the event stands, or would have stood. */
    readonly position: number,
    event: BlamedEvent,
    options: { readonly cause: unknown },
  ) {
    super(
      'PROJECTION_REFUSED',
      `inline projection '${projection}' refused ${nameOf(event)}, position ${position}: ${reasonOf(options.cause)}`,
      options,
    );
    this.eventType = event.type;
    this.streamName = event.streamName;
    this.revision = event.revision;
  }
}

/** The read model has never been complete. Wait with `app.ready(projection)`. */
export class ReadModelNotReadyError extends TidemarkError {
  constructor(
    readonly projection: string,
    /** Taken in so far. */
    readonly position: number,
  ) {
    super(
      'READ_MODEL_NOT_READY',
      `projection '${projection}' is being built for the first time and stands at position ${position}; await app.ready(…) before reading it`,
    );
  }
}

/**
 * The read model was made by other declarations than the code's, and does not hold what these would have made of the
 * events before its checkpoint. Raise the projection's version, or rebuild it.
 */
export class StaleReadModelError extends TidemarkError {
  constructor(
    readonly projection: string,
    readonly found: string,
    readonly wanted: string,
  ) {
    super(
      'STALE_READ_MODEL',
      `projection '${projection}': found ${found}, wanted ${wanted}; raise its version, or app.rebuild it`,
    );
  }
}

/** A rebuild ended before its read model was served: it was cancelled, or what it filled was dropped. */
export class RebuildCancelledError extends TidemarkError {
  constructor(readonly projection: string) {
    super('REBUILD_CANCELLED', `the rebuild of '${projection}' was cancelled`);
  }
}

function nameOf({ type, revision, streamName }: BlamedEvent): string {
  return `${type}, event ${revision} of stream '${streamName}'`;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

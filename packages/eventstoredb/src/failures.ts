/**
 * What a client's errors mean: translated here, once, into errors of Tidemark. They are known by `type`, then by `code`,
 * then by their message, as several copies and both kinds of clients throw them.
 */
import {
  AccessDeniedError,
  AppendTooLargeError,
  ArgumentError,
  type ExpectedRevision,
  StoreFailedError,
  StreamDeletedError,
  StreamNotFoundError,
  TidemarkError,
  UnsupportedError,
  WrongExpectedRevisionError,
} from '@tidemark/core';

/**
 * What a failed call leaves behind. `not_done`: nothing, and trying again may help. `unknown`: perhaps all of it, and
 * trying again may help. `unclear`: perhaps all of it, and trying again does not help. `refused`: nothing.
 */
export type Aftermath = 'not_done' | 'unknown' | 'unclear' | 'refused';

/** A call that took too long, by our own clock. */
export class TooLate extends Error {
  readonly type = 'timeout';
}

interface Facts {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly message: string;
  /** Which of several it is about, where the error says so. */
  readonly streamName?: unknown;
  readonly actualVersion?: unknown;
  readonly maxAppendSize?: unknown;
  readonly size?: unknown;
  readonly maxSize?: unknown;
}

const refusals: readonly unknown[] = [
  ...['wrong-expected-version', 'stream-deleted', 'stream-not-found', 'no-stream', 'access-denied'],
  ...['maximum-append-size-exceeded', 'missing-required-metadata-property', 'invalid-argument', 'unsupported'],
  ...['stream-tombstoned', 'append-record-size-exceeded', 'transaction-max-size-exceeded'],
];
const unknowns: readonly unknown[] = ['unavailable', 'cancelled', 'deadline-exceeded', 'timeout'];
/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE. */
const unknownCodes: readonly unknown[] = [1, 4, 10, 13, 14];
/** INVALID_ARGUMENT, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED. */
const refusalCodes: readonly unknown[] = [3, 7, 12, 16];
const notSent =
  /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|No connection established|Name resolution failed|Failed to discover|channel has been (shut down|closed)|on a closed channel/i;
const notTaken =
  /server is not (yet )?ready|server is (too )?busy|server is currently overloaded|no leader info available|server is not the leader/i;

/**
 * `shared`: the call went over a stream that it shares with others. What ends that stream says nothing of this one.
 */
export function aftermathOf(error: unknown, { shared = false }: { shared?: boolean } = {}): Aftermath {
  if (error instanceof TidemarkError) return 'refused';
  const { type, code, message } = factsOf(error);
  if (refusals.includes(type)) return 'refused';
  if (notSent.test(message)) return shared && type === 'unavailable' ? 'unknown' : 'not_done';
  if (type === 'not-leader' || notTaken.test(message)) return shared ? 'unknown' : 'not_done';
  if (unknowns.includes(type) || unknownCodes.includes(code)) return 'unknown';
  if (refusalCodes.includes(code)) return 'refused';
  return 'unclear';
}

/** The server knows the call, and refused it for how things stand there. */
export function isUnmet(error: unknown): boolean {
  return factsOf(error).code === 9;
}

/** The server does not know the call at all, as the client says that asked it, or the server itself. */
export function isUnimplemented(error: unknown): boolean {
  const { type, code } = factsOf(error);
  return type === 'unsupported' || code === 12;
}

/** The server told a subscriber off for being slow, which happens to the best of them. */
export function isTooSlow(error: unknown): boolean {
  return /consumer too slow/i.test(factsOf(error).message);
}

/** For reading what need not be there: nothing where the stream is missing, and what else went wrong is thrown. */
export function orNothing(error: unknown): readonly [] {
  if (error instanceof StreamNotFoundError) return [];
  throw error;
}

/**
 * A client looks for a node once, and on its first append for what the node can do; where that fails it keeps the failure
 * for good, and has to be replaced. `shared`: the error is of an append that needs to know. That also leaves a node that does not
 * lead, which protocol v2 does not say in words that the client understands.
 */
export function spoilsClient(error: unknown, shared: boolean): boolean {
  const { type, code, message } = factsOf(error);
  if (/Failed to discover|channel has been (shut down|closed)|on a closed channel/i.test(message)) return true;
  return shared && type !== 'unavailable' && type !== 'cancelled' && type !== 'not-leader' && code !== 14;
}

/**
 * KurrentDB's client reads over a connection of its own, whose errors have no code. When that could not be made at first,
 * it never is: twice in a row, and another client has to take its place.
 */
export function endsReading(error: unknown): boolean {
  const { type, code } = factsOf(error);
  return type === 'unavailable' && code === undefined;
}

/** What a call was about. */
export interface Subject {
  /** The store, without secrets. */
  readonly store: string;
  readonly streamName?: string | undefined;
  readonly expected?: ExpectedRevision | undefined;
  /** What the call does, as a right that a user may lack. */
  readonly right?: string | undefined;
}

/** The error to give to a caller. What is one of Tidemark's is passed on as it is. */
export function translated(error: unknown, { store, streamName, expected, right }: Subject): unknown {
  if (error instanceof TidemarkError) return error;
  const facts = factsOf(error);
  const name = streamName ?? '$all';
  const { type, code, message } = facts;
  if (type === 'wrong-expected-version' && expected !== undefined) {
    const { actualVersion } = facts;
    const actual = typeof actualVersion === 'bigint' && actualVersion >= 0n ? Number(actualVersion) : undefined;
    // The last revision of a stream that is gone for good is Int64.Max.
    if (actual !== undefined && !Number.isSafeInteger(actual)) return new StreamDeletedError(name, true);
    return new WrongExpectedRevisionError(name, expected, actual);
  }
  if (type === 'stream-deleted' || type === 'stream-tombstoned') return new StreamDeletedError(name, true);
  if (type === 'stream-not-found') return new StreamNotFoundError(name);
  if (type === 'maximum-append-size-exceeded')
    return new AppendTooLargeError(name, 'an append that the server refuses', `at most ${facts.maxAppendSize} bytes`);
  if (type === 'append-record-size-exceeded' || type === 'transaction-max-size-exceeded')
    return new AppendTooLargeError(
      name,
      `${facts.size} bytes in ${type === 'append-record-size-exceeded' ? 'an event' : 'an append to several streams'}, with its names`,
      `at most ${facts.maxSize} bytes`,
    );
  if (code === 16 || /\b(UNAUTHENTICATED|401)\b/.test(message))
    return failed(
      'unauthenticated',
      `${store}: found a user or password that the server does not take, or none`,
      error,
    );
  if (type === 'access-denied' || code === 7)
    return new AccessDeniedError(
      `${store}, ${name === '$all' ? '$all' : `stream '${name}'`}`,
      `the right to ${right ?? 'use it'}`,
      causeOf(error),
    );
  const after = aftermathOf(error);
  if (after === 'not_done' || after === 'unknown') return failed('unreachable', `${store}: ${short(message)}`, error);
  return failed('io', `${store}: ${short(message)}`, error);
}

/** As `translated`, of an append to the streams of `expected`: the error may say which of them it is about. */
export function translatedOfSeveral(
  error: unknown,
  about: Omit<Subject, 'streamName' | 'expected'>,
  expected: ReadonlyMap<string, ExpectedRevision>,
): unknown {
  const { type, code, message, streamName } = factsOf(error);
  if (isUnimplemented(error)) return new UnsupportedError('multiStreamAppend', 'append to one stream at a time');
  // Without a type of its own it is about what the server takes as names, types and ids.
  if (code === 3 && type === 'unknown') return new ArgumentError('appends', short(message), 'what the server takes');
  const one = typeof streamName === 'string' && expected.has(streamName) ? streamName : undefined;
  if (one !== undefined) return translated(error, { ...about, streamName: one, expected: expected.get(one) });
  return translated(error, { ...about, streamName: [...expected.keys()].join("', '") });
}

function failed(reason: 'unauthenticated' | 'unreachable' | 'io', message: string, error: unknown): StoreFailedError {
  return new StoreFailedError(reason, message, causeOf(error));
}

/** The client's error in a few plain fields: its own carries the request, and with that whatever was in it. */
export function causeOf(error: unknown): ErrorOptions {
  const { type, code, message } = factsOf(error);
  return { cause: Object.assign(new Error(short(message)), { name: 'ClientError', type, code }) };
}

function short(message: string): string {
  return message.replace(/\/\/[^@\s/]*@/g, '//').slice(0, 500);
}

function factsOf(error: unknown): Facts {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { type, code, message, actualVersion, actualState, maxAppendSize } = error as Record<string, unknown>;
  const { streamName, stream, size, maxSize } = error as Record<string, unknown>;
  const facts = { type, code, actualVersion: actualVersion ?? actualState, maxAppendSize };
  const about = { streamName: streamName ?? stream, size, maxSize };
  return { ...facts, ...about, message: typeof message === 'string' ? message : 'an error without a message' };
}

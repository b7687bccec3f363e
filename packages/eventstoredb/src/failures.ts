/**
 * What a client's errors mean: translated here, once, into errors of Tidemark. They are known by `type`, then by `code`,
 * then by their message, as several copies and both kinds of clients throw them.
 */
import {
  AccessDeniedError,
  AppendTooLargeError,
  type ExpectedRevision,
  StoreFailedError,
  StreamDeletedError,
  StreamNotFoundError,
  TidemarkError,
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
}

const refusals: readonly unknown[] = [
  ...['wrong-expected-version', 'stream-deleted', 'stream-not-found', 'no-stream', 'access-denied'],
  ...['maximum-append-size-exceeded', 'missing-required-metadata-property', 'invalid-argument', 'unsupported'],
];
const unknowns: readonly unknown[] = ['unavailable', 'cancelled', 'deadline-exceeded', 'timeout'];
/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE. */
const unknownCodes: readonly unknown[] = [1, 4, 10, 13, 14];
const notSent =
  /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|No connection established|Name resolution failed|Failed to discover|channel has been (shut down|closed)|on a closed channel/i;
const notTaken = /server is not ready|server is (too )?busy|no leader info available/i;

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
  if (code === 7 || code === 16) return 'refused';
  return 'unclear';
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
 * for good, and has to be replaced. `shared`: the error is of an append that needs to know.
 */
export function spoilsClient(error: unknown, shared: boolean): boolean {
  const { type, code, message } = factsOf(error);
  if (/Failed to discover|channel has been (shut down|closed)|on a closed channel/i.test(message)) return true;
  return shared && type !== 'unavailable' && type !== 'cancelled' && type !== 'not-leader' && code !== 14;
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
  const facts = factsOf(error) as Facts & { actualVersion?: unknown; maxAppendSize?: unknown };
  const name = streamName ?? '$all';
  const { type, code, message } = facts;
  if (type === 'wrong-expected-version' && expected !== undefined) {
    const { actualVersion } = facts;
    const actual = typeof actualVersion === 'bigint' && actualVersion >= 0n ? Number(actualVersion) : undefined;
    return new WrongExpectedRevisionError(name, expected, actual);
  }
  if (type === 'stream-deleted') return new StreamDeletedError(name, true);
  if (type === 'stream-not-found') return new StreamNotFoundError(name);
  if (type === 'maximum-append-size-exceeded')
    return new AppendTooLargeError(name, 'an append that the server refuses', `at most ${facts.maxAppendSize} bytes`);
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
  const facts = { type, code, actualVersion: actualVersion ?? actualState, maxAppendSize };
  return { ...facts, message: typeof message === 'string' ? message : 'an error without a message' };
}

/** How scenarios fail: with assertions that any runner shows, and with the cause kept. */
import assert from 'node:assert/strict';
import { ArgumentError, type TidemarkError } from '@tidemark/core';

/** A class of errors, to be told from others by `instanceof`. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** As `deepEqual`, with what happened and then what differs: most runners show the message only. */
export function assertSame(actual: unknown, expected: unknown, happened: string): void {
  try {
    assert.deepEqual(actual, expected);
  } catch (error) {
    const message = `${happened}\n${(error as Error).message}`;
    throw new assert.AssertionError({ message, actual, expected, operator: 'deepStrictEqual' });
  }
}

/** What to do where a scenario's own application is refused. */
export const declaring = 'Give the scenario what the application is given: .with({ upcasters, values }).';

export function failure(message: string, cause?: unknown): Error {
  return Object.assign(new assert.AssertionError({ message }), cause === undefined ? {} : { cause });
}

/** Whether an error has this code, or is of this class. */
export function fits(error: unknown, expected: string | ErrorClass): boolean {
  return typeof expected === 'string'
    ? (error as Partial<TidemarkError> | undefined)?.code === expected
    : error instanceof expected;
}

/** `expected` of `fits` in words. Throws `ArgumentError` for what can fit no error. */
export function wantedError(expected: string | ErrorClass): string {
  if (typeof expected === 'string') return `the code ${expected}`;
  if (typeof expected === 'function' && typeof expected.prototype === 'object') return expected.name;
  throw new ArgumentError('expected', textOf(expected), 'the code of an error, or its class');
}

export function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

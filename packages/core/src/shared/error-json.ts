/** An error as plain JSON, for logs and health checks: `JSON.stringify` leaves out what makes an error up. */
import { describe } from './describe.ts';

export interface ErrorJson {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  /** An `ErrorJson` again where the cause is an Error. */
  readonly cause?: unknown;
  readonly [fact: string]: unknown;
}

const said = ['name', 'code', 'message', 'cause'];

/** `factsOf` says which further fields an error shows; stacks are left out. Can always be turned into text. */
export function errorJson(error: Error, factsOf: (error: Error) => object): ErrorJson {
  return jsonOf(error, factsOf, []);
}

function jsonOf(error: Error, factsOf: (error: Error) => object, outer: readonly unknown[]): ErrorJson {
  const { code } = error as { code?: unknown };
  const facts = Object.entries(factsOf(error)).filter(([name]) => !said.includes(name));
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message,
    ...Object.fromEntries(facts.map(([name, fact]) => [name, plain(fact)])),
    ...(error.cause === undefined ? {} : { cause: causeOf(error.cause, factsOf, [...outer, error]) }),
  };
}

function causeOf(cause: unknown, factsOf: (error: Error) => object, outer: readonly unknown[]): unknown {
  if (!(cause instanceof Error)) return plain(cause);
  return outer.includes(cause) ? describe(cause) : jsonOf(cause, factsOf, outer);
}

/** What JSON cannot hold becomes a few words. */
function plain(value: unknown): unknown {
  try {
    const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part));
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return describe(value);
  }
}

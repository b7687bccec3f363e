import { StreamNameError } from '../errors.ts';
import { describe } from '../shared/describe.ts';

const longest = 512;
// Control characters of ASCII and Latin-1 are refused, as no tool shows them alike.
const control = /\p{Cc}/u;

/** The name of an aggregate's stream: `account` and `42` give `account-42`. A category holds no `-`, an id may. */
export function streamName(category: string, aggregateId: string): string {
  if (typeof category !== 'string' || category === '' || category.includes('-')) {
    throw new StreamNameError(`the category ${describe(category)}`, 'text without - that is not empty');
  }
  if (typeof aggregateId !== 'string' || aggregateId === '') {
    throw new StreamNameError(`the aggregate id ${describe(aggregateId)}`, 'text that is not empty');
  }
  const name = `${category}-${aggregateId}`;
  assertStreamName(name);
  return name;
}

/** The part before the first `-`; a name without `-` is its own category. Throws `StreamNameError` for what is no text. */
export function categoryOf(name: string): string {
  if (typeof name !== 'string') throw new StreamNameError(describe(name), 'text');
  const dash = name.indexOf('-');
  return dash === -1 ? name : name.slice(0, dash);
}

/** The part after the first `-`; empty where there is none. Throws `StreamNameError` for what is no text. */
export function aggregateIdOf(name: string): string {
  if (typeof name !== 'string') throw new StreamNameError(describe(name), 'text');
  const dash = name.indexOf('-');
  return dash === -1 ? '' : name.slice(dash + 1);
}

/** Refuses what no store takes: `StreamNameError`. */
export function assertStreamName(name: unknown): asserts name is string {
  // Printable ASCII, as nearly all names are: each append passes here, and Unicode's classes cost ten times as much.
  if (typeof name === 'string' && /^[ -~]{1,512}$/.test(name)) return;
  const wanted = 'well-formed text of 1 to 512 characters without control characters';
  if (typeof name !== 'string' || name.length === 0) throw new StreamNameError(describe(name), wanted);
  if (name.length > longest) throw new StreamNameError(`${name.length} characters`, wanted);
  if (control.test(name)) throw new StreamNameError('a control character', wanted);
  if (!isWellFormed(name)) throw new StreamNameError('half a surrogate pair', wanted);
}

/** Whether text is free of lone surrogates. (`String.prototype.isWellFormed` is not in TypeScript's ES2023.) */
function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

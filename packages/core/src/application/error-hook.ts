/**
 * `onError`, and what it does where the application has none: one warning for each error, with all of its causes and
 * their stacks, as what a developer has to find is the line of their own that threw.
 */
import { describe } from '../shared/describe.ts';

export type ErrorHook = (error: unknown) => unknown;

/** A hook that throws, or whose promise rejects, must not end what called it, nor the process. */
export function guarded(hook: ErrorHook = warn): (error: unknown) => void {
  return (error) => {
    try {
      // The type asks for no promise; whoever gives one all the same has its rejection shown.
      void Promise.resolve(hook(error)).catch(warn);
    } catch (thrown) {
      warn(thrown);
    }
  };
}

function warn(error: unknown): void {
  const [first, ...causes] = chainOf(error);
  const code = codeOf(first);
  const behind = causes.map((cause) => `caused by ${stackOf(cause)}`);
  // Where a cause follows, its stack is the one that tells where; that of what wraps it is Tidemark's own.
  const detail = [...(causes.length === 0 ? [framesOf(first)] : []), ...behind].join('\n');
  process.emitWarning(headlineOf(first), { type: 'TidemarkWarning', detail, ...(code === undefined ? {} : { code }) });
}

/** The error, what caused it, and so on; each once. */
function chainOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  const add = (each: unknown): void => {
    if (chain.includes(each)) return;
    chain.push(each);
    if (!(each instanceof Error)) return;
    if (each instanceof AggregateError) each.errors.forEach(add);
    if (each.cause !== undefined) add(each.cause);
  };
  add(error);
  return chain;
}

function headlineOf(error: unknown): string {
  if (!(error instanceof Error)) return `${describe(error)}, which was thrown and is no Error`;
  return error.message === '' ? error.name : `${error.name}: ${error.message}`;
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function stackOf(error: unknown): string {
  const code = codeOf(error);
  const headline = code === undefined ? headlineOf(error) : `${headlineOf(error)} (${code})`;
  return [headline, framesOf(error)].filter((text) => text !== '').join('\n');
}

/** A stack without its first lines, which say the name, and the message as it once was. */
function framesOf(error: unknown): string {
  const stack = error instanceof Error ? String(error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

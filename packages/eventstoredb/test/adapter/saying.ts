/** What tests of a store say again and again; it loads no server and no client. */
import { eventData } from '@tidemark/core';

export const any = { expectedRevision: 'any' } as const;
export const noStream = { expectedRevision: 'no_stream' } as const;

export function numbered(count: number, first = 0) {
  return Array.from({ length: count }, (_, index) => eventData('Numbered', { number: first + index }));
}

export async function idsOf(events: AsyncIterable<{ readonly eventId: string }>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { eventId } of events) ids.push(eventId);
  return ids;
}

/** The error that the promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { readonly [key: string]: unknown }> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: Error & { readonly [key: string]: unknown }) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`was not refused, but gave ${JSON.stringify(outcome.value)}`);
}

/** Looks until it is so; fails after five seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + 5_000; performance.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`not within five seconds: ${what}`);
}

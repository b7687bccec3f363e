/**
 * A part of a filter that the server can apply. Its regular expressions are .NET's, so only what both engines read alike is
 * sent: printable ASCII, escaped. Its prefixes are not used: 23.10 compares them by culture. What the server lets through is
 * looked at again here.
 */
import type { EventFilter } from '@tidemark/core';

export interface ServerFilter {
  readonly filterOn: 'streamName' | 'eventType';
  readonly regex: string;
}

/** Longer ones would make each request large: those filters stay here. */
const longest = 4_000;
const printable = /^[\x20-\x7e]+$/;

/** `undefined` where no kind of the filter can go to the server. Several kinds: all must hold, so one is enough to send. */
export function serverFilter({ categories, types, prefixes }: EventFilter = {}): ServerFilter | undefined {
  return (
    filterOn('streamName', prefixes, '') ??
    filterOn('streamName', categories, '(-|$)') ??
    filterOn('eventType', types, '$')
  );
}

function filterOn(
  filterOn: ServerFilter['filterOn'],
  values: readonly string[] | undefined,
  end: string,
): ServerFilter | undefined {
  if (values === undefined || values.length === 0 || !values.every((value) => printable.test(value))) return undefined;
  const regex = `^(${values.map(escaped).join('|')})${end}`;
  return regex.length > longest ? undefined : { filterOn, regex };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** What random callers do to a log, as plain data that fast-check can make, shrink and print. */
import type { EventFilter, StreamMetadataChanges } from '@tidemark/core';
import fc from 'fast-check';

/** What a writer expects: in words, or so many revisions away from the stream's last one. */
export type Expectation = 'any' | 'no_stream' | 'stream_exists' | number;

export interface Append {
  readonly stream: string;
  readonly types: readonly string[];
  readonly expects: Expectation;
  readonly revive: boolean;
}

/** How an append before is tried once more. */
export type Again = 'same' | 'beginning' | 'longer' | 'reversed';

interface Range {
  readonly direction: 'forwards' | 'backwards';
  readonly from?: number;
  readonly limit?: number;
}

export type Operation =
  | ({ readonly do: 'append' } & Append)
  | { readonly do: 'append to several'; readonly appends: readonly Append[] }
  | { readonly do: 'append again'; readonly which: number; readonly how: Again }
  | { readonly do: 'delete' | 'tombstone'; readonly stream: string; readonly expects: Expectation }
  | { readonly do: 'change metadata'; readonly stream: string; readonly changes: StreamMetadataChanges }
  | ({ readonly do: 'read'; readonly stream: string } & Range)
  | ({ readonly do: 'read all'; readonly filter: EventFilter } & Range)
  | { readonly do: 'subscribe'; readonly after: number; readonly filter: EventFilter }
  | { readonly do: 'pull'; readonly which: number }
  | { readonly do: 'let pass'; readonly seconds: number }
  | { readonly do: 'open again' };

const stream = fc.constantFrom('a-1', 'a-2', 'ab-1', 'b');
const type = fc.constantFrom('Opened', 'Closed', 'Moved');

const inWords = fc.constantFrom<Expectation>('any', 'no_stream', 'stream_exists', 0);
const expects = fc.oneof({ weight: 5, arbitrary: inWords }, { weight: 1, arbitrary: fc.integer({ min: -3, max: 2 }) });
const revive = fc.oneof({ weight: 7, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const append = { stream, types: fc.array(type, { maxLength: 4 }), expects, revive };

const names = (name: fc.Arbitrary<string>) => fc.uniqueArray(name, { minLength: 1, maxLength: 2 });
const filter = fc.record(
  {
    categories: names(fc.constantFrom('a', 'ab', 'b', 'c')),
    types: names(type),
    prefixes: names(fc.constantFrom('a', 'a-', 'a-1', 'b')),
  },
  { requiredKeys: [] },
);

const range = {
  direction: fc.constantFrom('forwards', 'backwards'),
  from: fc.nat({ max: 30 }),
  limit: fc.nat({ max: 6 }),
};

const orRemoved = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 4 });
const changes = fc.record(
  {
    truncateBefore: orRemoved(fc.nat({ max: 8 })),
    maxCount: orRemoved(fc.integer({ min: 1, max: 4 })),
    maxAge: orRemoved(fc.integer({ min: 1, max: 5 })),
    custom: orRemoved(fc.record({ note: fc.string({ maxLength: 3 }) }, { noNullPrototype: true })),
  },
  { requiredKeys: [] },
);

const what = <T extends string>(kind: T) => fc.constant(kind);
const how = fc.constantFrom('same', 'same', 'beginning', 'longer', 'reversed');
const which = fc.nat({ max: 9 });

const operation = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: what('append'), ...append }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: what('append to several'),
      appends: fc.array(fc.record(append), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: what('append again'), which, how }) },
  { weight: 3, arbitrary: fc.record({ do: what('delete'), stream, expects }) },
  { weight: 1, arbitrary: fc.record({ do: what('tombstone'), stream, expects }) },
  { weight: 3, arbitrary: fc.record({ do: what('change metadata'), stream, changes }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: what('read'), stream, ...range }, { requiredKeys: ['do', 'stream', 'direction'] }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: what('read all'), filter, ...range }, { requiredKeys: ['do', 'filter', 'direction'] }),
  },
  { weight: 2, arbitrary: fc.record({ do: what('subscribe'), after: fc.nat({ max: 30 }), filter }) },
  { weight: 3, arbitrary: fc.record({ do: what('pull'), which }) },
  { weight: 2, arbitrary: fc.record({ do: what('let pass'), seconds: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: what('open again') }) },
) as fc.Arbitrary<Operation>;

/** So many that streams grow, are deleted and come back within one run. */
export const operations: fc.Arbitrary<readonly Operation[]> = fc.array(operation, { maxLength: 40, size: 'max' });

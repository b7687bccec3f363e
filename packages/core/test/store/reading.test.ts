import assert from 'node:assert/strict';
import {
  assertFilter,
  assertReadAllOptions,
  assertReadOptions,
  changedMetadata,
  eventPages,
  filterTest,
  type StoredEvent,
  type StreamMetadata,
} from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';
import { storedData } from '../event/stored.ts';
import { collect } from './collect.ts';

const event = (category: string, type: string) => ({ category, type, streamName: `${category}-1` });

test('a filter is AND between its kinds and OR within one', () => {
  const passes = filterTest({ categories: ['account', 'loan'], types: ['Opened', 'Closed'], prefixes: ['acc', 'x'] });
  assert.ok(passes(event('account', 'Opened')) && passes(event('account', 'Closed')));
  assert.ok(!passes(event('loan', 'Opened')), 'the prefix');
  assert.ok(!passes(event('accounts', 'Opened')), 'the category');
  assert.ok(!passes(event('account', 'Opened2')), 'the type');
});

test('a filter without kinds lets everything pass, one kind asks for itself only', () => {
  const anything = event('', 'Any');
  for (const filter of [undefined, {}, { types: undefined }, { prefixes: [''] }])
    assert.ok(filterTest(filter)(anything));
  assert.ok(filterTest({ types: ['Any'] })(anything));
  assert.ok(!filterTest({ categories: ['x'] })(anything));
});

test('case counts, and names are not patterns', () => {
  assert.ok(!filterTest({ types: ['opened'] })(event('account', 'Opened')));
  assert.ok(!filterTest({ categories: ['ACCOUNT'] })(event('account', 'Opened')));
  assert.ok(!filterTest({ prefixes: ['a%', 'a*', '.*', 'A'] })(event('account', 'Opened')));
});

test('a filter says of every event what its three kinds say one by one', () => {
  const name = fc.constantFrom('a', 'ab', 'b', 'ba', '');
  const names = fc.option(fc.array(name, { minLength: 1, maxLength: 3 }), { nil: undefined });
  const filters = fc.record({ categories: names, types: names, prefixes: names });
  fc.assert(
    fc.property(filters, name, name, (filter, category, type) => {
      const { categories = [category], types = [type], prefixes = [''] } = filter;
      const found = event(category, type);
      const wanted =
        categories.includes(category) && types.includes(type) && prefixes.some((it) => found.streamName.startsWith(it));
      assert.equal(filterTest(filter)(found), wanted);
    }),
  );
});

test('what is no filter is refused with what is wanted', () => {
  for (const good of [undefined, {}, { types: undefined }, { categories: ['a'], types: ['b'], prefixes: [''] }])
    assertFilter(good);
  const bad: readonly (readonly [unknown, string])[] = [
    [null, 'filter'],
    ['account', 'filter'],
    [() => true, 'filter'],
    [{ category: ['account'] }, 'filter'],
    [{ categories: [] }, 'filter.categories'],
    [{ types: 'Opened' }, 'filter.types'],
    [{ prefixes: ['a', 5] }, 'filter.prefixes'],
    [{ types: null }, 'filter.types'],
  ];
  for (const [filter, argument] of bad) {
    assert.throws(() => assertFilter(filter), { code: 'INVALID_ARGUMENT', argument });
  }
});

test('read options that cannot be meant are refused', () => {
  assertReadOptions({});
  assertReadOptions({ direction: 'backwards', from: 0, limit: 0 });
  const bad: readonly (readonly [object, string])[] = [
    [{ direction: 'sideways' }, 'direction'],
    [{ from: -1 }, 'from'],
    [{ from: '0' }, 'from'],
    [{ limit: 1.5 }, 'limit'],
    [{ limit: Number.POSITIVE_INFINITY }, 'limit'],
    [{ filter: 'x' }, 'filter'],
  ];
  for (const [options, argument] of bad) {
    assert.throws(() => assertReadOptions(options), { code: 'INVALID_ARGUMENT', argument });
  }
});

test('the log is read forwards `from`, backwards `before`, and not the other way round', () => {
  assertReadAllOptions({ from: 1 });
  assertReadAllOptions({ direction: 'backwards', before: 1 });
  assert.throws(() => assertReadAllOptions({ before: 1 }), { code: 'INVALID_ARGUMENT', argument: 'before' });
  assert.throws(() => assertReadAllOptions({ direction: 'backwards', from: 1 }), { argument: 'from' });
  assert.throws(() => assertReadAllOptions({ direction: 'backwards', before: -1 }), { argument: 'before' });
});

const events = Array.from({ length: 5 }, (_, index) => storedData('Paid', { index }));
/** Pages of these events, and how the reading of them went. */
function pagesOf(...pages: readonly (readonly StoredEvent[])[]) {
  const log = { read: 0, ended: 0 };
  const reading = eventPages(async function* () {
    try {
      for (const page of pages) {
        log.read += 1;
        yield page;
      }
    } finally {
      log.ended += 1;
    }
  });
  return { reading, log };
}

test('pages come whole, events one by one, empty pages are no end', async () => {
  const [a, b, c, d, e] = events as [StoredEvent, StoredEvent, StoredEvent, StoredEvent, StoredEvent];
  const { reading } = pagesOf([], [a, b], [], [c], [d, e], []);
  assert.deepEqual(await collect(reading), events);
  assert.deepEqual(await collect(reading.pages()), [[], [a, b], [], [c], [d, e], []]);
  assert.deepEqual(await collect(pagesOf().reading), []);
});

test('each iteration reads anew, and reads no page before it is needed', async () => {
  const { reading, log } = pagesOf(events.slice(0, 2), events.slice(2));
  const iterator = reading[Symbol.asyncIterator]();
  assert.equal(log.read, 0);
  await iterator.next();
  await iterator.next();
  assert.equal(log.read, 1);
  await iterator.next();
  assert.equal(log.read, 2);
  assert.equal((await collect(reading)).length, 5);
});

test('leaving early ends the reading, by event and by page', async () => {
  const { reading, log } = pagesOf(events.slice(0, 2), events.slice(2));
  for await (const _ of reading) break;
  for await (const _ of reading.pages()) break;
  assert.deepEqual(log, { read: 2, ended: 2 });
});

test('an error while reading reaches the reader after the events before it', async () => {
  const reading = eventPages(async function* () {
    yield events.slice(0, 2);
    throw new Error('disk');
  });
  const seen: unknown[] = [];
  const read = async () => {
    for await (const event of reading) seen.push(event);
  };
  await assert.rejects(read(), { message: 'disk' });
  assert.equal(seen.length, 2);
});

test('metadata changes what is named, removes what is null, and leaves the rest', () => {
  const before: StreamMetadata = { truncateBefore: 1, maxCount: 2, custom: { a: 1 }, revivedAt: 1 };
  const after = changedMetadata(before, { maxCount: null, maxAge: 60, custom: { b: 2 } });
  assert.deepEqual(after, { truncateBefore: 1, maxAge: 60, custom: { b: 2 }, revivedAt: 1 });
  assert.deepEqual(before, { truncateBefore: 1, maxCount: 2, custom: { a: 1 }, revivedAt: 1 });
  assert.deepEqual(changedMetadata({}, { maxAge: undefined as never }), {});
});

test('what is no stream metadata is refused before it is taken', () => {
  const bad: readonly (readonly [object, string])[] = [
    [{ truncateBefore: -1 }, 'truncateBefore'],
    [{ truncateBefore: '1' }, 'truncateBefore'],
    [{ maxCount: 0 }, 'maxCount'],
    [{ maxAge: 0.5 }, 'maxAge'],
    [{ maxAge: Number.NaN }, 'maxAge'],
    [{ revivedAt: 1 }, 'stream metadata'],
    [{ maxcount: 1 }, 'stream metadata'],
    [JSON.parse('{"__proto__":1}'), 'stream metadata'],
    [{ custom: 'text' }, 'custom'],
    [{ custom: [1] }, 'custom'],
    [{ custom: { at: new Date(0) } }, 'custom'],
    [{ custom: new Map() }, 'custom'],
  ];
  for (const [changes, argument] of bad) {
    assert.throws(() => changedMetadata({}, changes), { code: 'INVALID_ARGUMENT', argument });
  }
  assert.throws(() => changedMetadata({}, { custom: { act: (() => 1) as never } }), {
    code: 'NOT_SERIALIZABLE',
    path: '/act',
  });
});

test.run();

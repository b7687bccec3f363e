import assert from 'node:assert/strict';
import { type EventMetadata, eventData } from '@tidemark/core';
import { test } from 'uvu';
import { stored } from './stored.ts';
import { Money } from './values.ts';

const metadataOf = (metadata: unknown) => eventData('Paid', {}, { metadata: metadata as EventMetadata }).metadata;

test('makes text of type, data and metadata, and an id where none is given', () => {
  const eventId = '0b1f6c2e-3c1e-4b5a-9d5e-0d7c1d3d2a10';
  const metadata = { user: 'ada', tags: ['a', null, { deep: 1.5 }] };
  assert.deepEqual(eventData('Paid', { amount: 5 }, { eventId, metadata }), {
    eventId,
    type: 'Paid',
    data: '{"amount":5}',
    metadata: '{"user":"ada","tags":["a",null,{"deep":1.5}]}',
  });
  const [first, second] = [eventData('Paid', 1), eventData('Paid', 1)];
  assert.match(first.eventId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(first.eventId, second.eventId);
});

test('metadata that is empty, or holds only undefined, is not written', () => {
  for (const metadata of [undefined, {}, { user: undefined }, { $correlationId: undefined, $types: undefined }]) {
    assert.equal(metadataOf(metadata), undefined);
  }
  assert.equal(metadataOf({ user: undefined, role: 'x' }), '{"role":"x"}');
});

test("the caller's metadata is left as it was", () => {
  const metadata = { user: undefined, $schemaVersion: 2 };
  eventData('Paid', new Date(0), { metadata: metadata as unknown as EventMetadata });
  assert.deepEqual(metadata, { user: undefined, $schemaVersion: 2 });
});

test('the names with $ that have a meaning are taken in their form, and written', () => {
  const metadata = {
    $correlationId: 'c',
    $causationId: '',
    $occurredAt: '2026-01-01T00:00:00+01:00',
    $schemaVersion: '3',
  };
  const event = stored(eventData('Paid', new Date(0), { metadata }));
  assert.deepEqual(event.metadata, { ...metadata, $schemaVersion: 3, $types: { '': 'Date' } });
  assert.equal(metadataOf({ $schemaVersion: 1 }), undefined);
});

test('other names with $, and values they cannot have, are refused', () => {
  for (const key of ['$types', '$', '$by', '$maxCount', '$constructor', '$toString', '$__proto__']) {
    assert.throws(() => metadataOf({ user: 'ada', [key]: {} }), {
      code: 'INVALID_ARGUMENT',
      argument: 'metadata',
      found: `the key ${key}`,
      wanted: 'names that do not begin with $',
    });
  }
  const bad: readonly (readonly [string, readonly unknown[]])[] = [
    ['$correlationId', [1, null, {}]],
    ['$causationId', [1, null, []]],
    ['$occurredAt', ['yesterday', '2026-01-01', '2026-01-01T00:00:00', 0, null, new Date(0)]],
    ['$schemaVersion', [0, -1, 1.5, 'x', '', Number.NaN, null, 2 ** 53]],
  ];
  for (const [key, found] of bad) {
    for (const value of found) {
      assert.throws(() => metadataOf({ [key]: value }), { code: 'INVALID_ARGUMENT', argument: `metadata.${key}` });
    }
  }
});

test('metadata that is not plain JSON is refused with its path', () => {
  const cases: readonly (readonly [value: unknown, path: string, found: string])[] = [
    [{ at: new Date(0) }, '/at', 'Date'],
    [{ list: [1, 2n] }, '/list/1', 'bigint'],
    [{ deep: { 'a/b': undefined } }, '/deep/a~1b', 'undefined'],
    [{ map: new Map() }, '/map', 'Map'],
    [{ zero: -0 }, '/zero', '-0'],
    [{ n: Number.NaN }, '/n', 'NaN'],
    [{ price: new Money(1, 'EUR') }, '/price', 'an instance of Money'],
    [{ act: () => 1 }, '/act', 'the function act'],
    [JSON.parse('{"__proto__":{"admin":true}}'), '/__proto__', 'a key named __proto__'],
  ];
  for (const [metadata, path, found] of cases) {
    assert.throws(() => metadataOf(metadata), {
      code: 'NOT_SERIALIZABLE',
      subject: "metadata of event 'Paid'",
      path,
      found,
    });
  }
});

test('metadata that is no object is refused', () => {
  for (const metadata of [null, 5, 'text', ['a']]) {
    assert.throws(() => metadataOf(metadata), { code: 'INVALID_ARGUMENT', argument: 'metadata' });
  }
});

test('an id that is no UUID in lower case is refused', () => {
  const bad = [
    '',
    'x',
    '6B1F6C2E-3C1E-4B5A-9D5E-0D7C1D3D2A10',
    '6b1f6c2e3c1e4b5a9d5e0d7c1d3d2a10',
    '{6b1f6c2e-3c1e-4b5a-9d5e-0d7c1d3d2a10}',
  ];
  for (const eventId of [...bad, '6b1f6c2e-3c1e-4b5a-9d5e-0d7c1d3d2a10\n', null, 5, {}]) {
    assert.throws(() => eventData('Paid', {}, { eventId: eventId as string }), {
      code: 'INVALID_ARGUMENT',
      argument: 'event id',
      wanted: 'a UUID in lower case',
    });
  }
});

test('an event type is well-formed text of 1 to 512 characters that does not begin with $', () => {
  for (const type of ['x', 'a b', 'Größe', '😀', '__proto__', 'a$', '-', 'x'.repeat(512)]) eventData(type, {});
  const bad = ['', '$all', '$', 'a\0', 'a\nb', '\u0085', '\uD83D', 'x\uDE00', 'x'.repeat(513), undefined, null, 5, {}];
  for (const type of bad) {
    assert.throws(() => eventData(type as string, {}), { code: 'INVALID_ARGUMENT', argument: 'event type' });
  }
});

test('what cannot be read back is refused under the name of its event', () => {
  assert.throws(() => eventData('Paid', { list: [Number.NaN] }), {
    code: 'NOT_SERIALIZABLE',
    subject: "event 'Paid'",
    path: '/list/0',
  });
});

test.run();

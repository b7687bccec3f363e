/** Metadata as properties of protocol v2, and what readers make of them again. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { metadataIn, propertiesOf } from '../../src/properties.ts';

/** As the server shows them to readers. */
function shown(properties: Readonly<Record<string, string>>, type: string, format = 'Json'): string {
  const all = Object.entries(properties).filter(([name]) => !['$schema.name', '$schema.format'].includes(name));
  const entries = [...all, ['$schema.name', type], ['$schema.format', format]];
  return `{ ${entries.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(', ')} }`;
}

test('any metadata comes back as it was', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom('$json', '$schema.name', '$schema.format', '$types', '__proto__'));
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue())),
      fc.string(),
      (given, type) => {
        const text = JSON.stringify(given);
        assert.deepEqual(JSON.parse(metadataIn(shown(propertiesOf(text), type), type) ?? '{}'), JSON.parse(text));
      },
    ),
  );
});

test('text stays as it is, for other tools to see, also beside what is no text', () => {
  assert.deepEqual(propertiesOf('{"who":"Ada","$correlationId":"c1"}'), { who: 'Ada', $correlationId: 'c1' });
  const mixed = '{"who":"Ada","$types":{"/at":"Date"},"count":1.50}';
  assert.deepEqual(propertiesOf(mixed), { who: 'Ada', $json: mixed });
});

test('a lone surrogate, which a message cannot hold, is kept in the text', () => {
  const text = '{"lone":"\\ud800","\\udc00":"a name"}';
  assert.deepEqual(propertiesOf(text), { $json: text });
});

test('what is not the server’s mark is left alone', () => {
  for (const text of [
    null,
    '{"who":"Ada"}',
    '{"$schema.name":"Other","$json":"{}"}',
    '{"$json":"{}"}',
    'no JSON, but $schema.name',
  ])
    assert.equal(metadataIn(text, 'Told'), text);
});

test('the format of what is no JSON is kept, and nothing is left of an event without metadata', () => {
  assert.equal(metadataIn('{ "$schema.name": "Told", "$schema.format": "Json" }', 'Told'), null);
  assert.equal(metadataIn('{ "$schema.name": "Told", "$schema.format": "Avro" }', 'Told'), '{"$schema.format":"Avro"}');
});

test.run();

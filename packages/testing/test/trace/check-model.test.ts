import assert from 'node:assert/strict';
import { checkModelAgainstReplay, InvariantError, type KeyedDocuments } from '@tidemark/testing';
import { suite } from 'uvu';

const test = suite('the comparison of a model with its replay');

const replay = new Map<string, unknown>([
  ['ada', { balance: 25n, since: new Date(0) }],
  ['bo', { balance: 0n, since: new Date(1) }],
]);

async function differences(model: KeyedDocuments, wanted: KeyedDocuments = replay) {
  const error: unknown = await checkModelAgainstReplay(model, wanted).catch((reason: unknown) => reason);
  assert.ok(error instanceof InvariantError, String(error));
  return error.violations.map(({ code, key, found, wanted: inReplay }) => [code, key, found, inReplay]);
}

async function* documents(): AsyncGenerator<{ key: string; value: unknown }> {
  for (const [key, value] of replay) yield { key, value: structuredClone(value) };
}

test('passes equal documents, in whatever form and order they come', async () => {
  assert.equal(await checkModelAgainstReplay(documents(), replay), 2);
  assert.equal(await checkModelAgainstReplay([...replay].toReversed(), documents()), 2);
  assert.equal(await checkModelAgainstReplay(new Map(), []), 0);
});

test('finds a document that differs, in its values and in their types', async () => {
  const model = new Map(replay).set('ada', { balance: 25, since: new Date(0) });
  assert.deepEqual(await differences(model), [
    [
      'DOCUMENT_DIFFERS',
      'ada',
      '{ balance: 25, since: 1970-01-01T00:00:00.000Z }',
      '{ balance: 25n, since: 1970-01-01T00:00:00.000Z }',
    ],
  ]);
});

test('finds a document that is missing, and one too many', async () => {
  const model = new Map([...replay].slice(1)).set('cy', null);
  assert.deepEqual(
    (await differences(model)).map(([code, key]) => [code, key]),
    [
      ['DOCUMENT_UNEXPECTED', 'cy'],
      ['DOCUMENT_MISSING', 'ada'],
    ],
  );
});

test('finds a document that comes twice', async () => {
  assert.deepEqual(
    (await differences([...replay, ['ada', replay.get('ada')]])).map(([code, key]) => [code, key]),
    [['DOCUMENT_UNEXPECTED', 'ada']],
  );
});

test('takes undefined for a value like any other', async () => {
  assert.equal(await checkModelAgainstReplay([['a', undefined]], [['a', undefined]]), 1);
  assert.deepEqual(
    (await differences([], [['a', undefined]])).map(([code]) => code),
    ['DOCUMENT_MISSING'],
  );
});

test('shows the beginning of a large document', async () => {
  const [[, , found] = []] = await differences(new Map(replay).set('ada', { text: 'x'.repeat(5_000) }));
  assert.ok(found !== undefined && found.length < 400, found);
});

test.run();

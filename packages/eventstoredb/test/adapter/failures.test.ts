/** What errors of protocol v2 mean that no test server says: their shapes are those of `@kurrent/kurrentdb-client`. */
import assert from 'node:assert/strict';
import {
  AccessDeniedError,
  ArgumentError,
  type ExpectedRevision,
  StoreFailedError,
  StreamDeletedError,
  UnsupportedError,
} from '@tidemark/core';
import { test } from 'uvu';
import { aftermathOf, spoilsClient, translatedOfSeveral } from '../../src/failures.ts';

const of = (facts: object) => Object.assign(new Error('as the server says'), facts);
const meaning = (facts: object) => {
  const expected = new Map<string, ExpectedRevision>([
    ['account-1', 0],
    ['account-2', 'any'],
  ]);
  return translatedOfSeveral(of(facts), { store: 'eventstoredb', right: 'write them ($w)' }, expected);
};

test('a server that lacks the call after all has not done it', () => {
  for (const facts of [{ type: 'unknown', code: 12 }, { type: 'unsupported' }]) {
    assert.ok(meaning(facts) instanceof UnsupportedError);
    assert.equal(aftermathOf(of(facts)), 'refused');
  }
});

test('what the server does not take is an argument error, with its reason', () => {
  const facts = { type: 'unknown', code: 3 };
  const error = meaning(facts);
  assert.ok(error instanceof ArgumentError, String(error));
  assert.match(error.message, /as the server says/);
  assert.equal(aftermathOf(of(facts)), 'refused');
});

test('who may not write to one of them is told all of them, as the server does not say which', () => {
  const facts = { type: 'unknown', code: 7 };
  const error = meaning(facts);
  assert.ok(error instanceof AccessDeniedError, String(error));
  assert.match(error.message, /'account-1', 'account-2'/);
  assert.equal(aftermathOf(of(facts)), 'refused');
});

test('an error about one of them names it; the last revision of a stream that is gone is no revision', () => {
  const error = meaning({ type: 'wrong-expected-version', streamName: 'account-2', actualState: 2n ** 63n - 1n });
  assert.ok(error instanceof StreamDeletedError, String(error));
  assert.deepEqual([error.streamName, error.tombstone], ['account-2', true]);
});

test('a commit that timed out may have been stored, and a node that does not lead makes another client necessary', () => {
  assert.equal(aftermathOf(of({ type: 'deadline-exceeded', code: 4 })), 'unknown');
  const notLeader = of({ type: 'unknown', code: 9, message: 'The server is not the leader node and cannot handle it' });
  assert.equal(aftermathOf(notLeader), 'not_done');
  assert.equal(spoilsClient(notLeader, true), true);
  assert.ok(translatedOfSeveral(notLeader, { store: 'eventstoredb' }, new Map()) instanceof StoreFailedError);
});

test.run();

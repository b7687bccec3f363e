import assert from 'node:assert/strict';
import {
  ConsumerStoppedError,
  DomainError,
  StoreFailedError,
  ValidationError,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import { test } from 'uvu';

const again = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('an error as JSON has its name, code, message and facts', () => {
  assert.deepEqual(again(new WrongExpectedRevisionError('account-1', 3, 5)), {
    name: 'WrongExpectedRevisionError',
    code: 'WRONG_EXPECTED_REVISION',
    message: "stream 'account-1': expected revision 3, found revision 5",
    streamName: 'account-1',
    expected: 3,
    actual: 5,
  });
});

test('the causes of an error are in its JSON, of whatever kind, without their stacks and secrets', () => {
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', password: 'secret' });
  const failed = new StoreFailedError('io', 'no disk', { cause: refused });
  const event = { type: 'Paid', streamName: 'account-1', revision: 0 };

  const { cause, ...facts } = again(new ConsumerStoppedError('mailer', 7, event, { cause: failed })) as {
    cause: object;
  };
  assert.deepEqual(facts, {
    name: 'ConsumerStoppedError',
    code: 'CONSUMER_STOPPED',
    message: "'mailer' stopped at Paid, event 0 of stream 'account-1', position 7: no disk",
    consumer: 'mailer',
    position: 7,
    eventType: 'Paid',
    streamName: 'account-1',
    revision: 0,
  });
  const innermost = { name: 'Error', code: 'ECONNREFUSED', message: 'refused' };
  const { reason, ...rest } = cause as { reason: string };
  assert.equal(reason, 'io');
  assert.deepEqual(rest, { name: 'StoreFailedError', code: 'STORE_IO', message: 'no disk', cause: innermost });
});

test('an error can be made JSON whatever it holds: bigints, circles, and causes in a circle', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const invalid = new ValidationError('Pay', [{ field: 'n', rule: 'max', message: 'n is too large', value: 10n }]);
  assert.equal((again(invalid) as ValidationError).failures[0]?.value, '10');

  const round = new ValidationError('Pay', [{ field: 'n', rule: 'max', message: 'n is no number', value: circle }]);
  assert.equal((again(round) as { failures: unknown }).failures, 'an array of 1');

  const one = new DomainError('ONE', 'one');
  one.cause = new DomainError('OTHER', 'other', { cause: one });
  assert.equal((again(one) as { cause: { cause: unknown } }).cause.cause, 'an instance of DomainError');
  assert.equal((again(new DomainError('TEXT', 'text', { cause: 'a text' })) as Error).cause, 'a text');
});

test.run();

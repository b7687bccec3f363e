import assert from 'node:assert/strict';
import { type Application, createApplication, eventData, memory } from '@tidemark/core';
import { test } from 'uvu';

interface Warned extends Error {
  readonly code?: string;
  readonly detail: string;
}

/** What the process is warned of, when a subscriber throws `thrown` at its second event. */
async function warnedOf(thrown: unknown, onError?: (error: unknown) => unknown): Promise<Warned> {
  const warned = new Promise<Warned>((resolve) => process.once('warning', (warning) => resolve(warning as Warned)));
  const app = await createApplication({ store: memory(), ...(onError === undefined ? {} : { onError }) });
  await failing(app, thrown);
  const warning = await warned;
  await app.stop();
  return warning;
}

async function failing(app: Application, thrown: unknown): Promise<void> {
  const events = [eventData('Opened', {}), eventData('Paid', {})];
  await app.eventStore.append('account-1', events, { expectedRevision: 'no_stream' });
  const throwAtPaid = ({ type }: { type: string }) => {
    if (type === 'Paid') throw thrown;
  };
  await app.subscribe({}, throwAtPaid, { name: 'mailer' }).stopped;
}

function chargeCard(): Error {
  return new Error('no card', { cause: new TypeError('no digits') });
}

test('without an onError, a warning says where it failed, and shows the stack of each cause', async () => {
  const { name, message, code, detail } = await warnedOf(chargeCard());

  assert.equal(name, 'TidemarkWarning');
  assert.equal(code, 'CONSUMER_STOPPED');
  assert.match(message, /'mailer' stopped at Paid, event 1 of stream 'account-1', position 2: no card$/);
  assert.match(
    detail,
    /^caused by Error: no card\n +at chargeCard .*error-hook\.test\.ts.*\ncaused by TypeError: no digits\n/s,
  );
  assert.doesNotMatch(detail, /at handlerSubscription|ConsumerStoppedError/);
});

test('the warning shows codes, all of an AggregateError, and what is thrown without being an Error', async () => {
  const coded = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const several = new AggregateError([coded, 'a text'], 'nobody answers');
  const { detail } = await warnedOf(several);

  assert.match(detail, /caused by AggregateError: nobody answers\n/);
  assert.match(detail, /caused by Error: refused \(ECONNREFUSED\)\n/);
  assert.match(detail, /caused by "a text", which was thrown and is no Error/);
});

test('the warning ends also where errors cause one another in a circle', async () => {
  const one = new Error('one');
  const other = new Error('other', { cause: one });
  one.cause = other;
  const { detail } = await warnedOf(one);

  assert.equal(detail.match(/caused by/g)?.length, 2);
});

test('an error of Tidemark that has no cause is shown with its own stack', async () => {
  const { detail } = await warnedOf(undefined, () => {
    throw chargeCard().cause;
  });

  assert.match(detail, /^ +at chargeCard /);
});

test('an onError whose promise rejects ends nothing, and the rejection is shown', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const { message } = await warnedOf(new Error('bug'), async () => {
    throw new Error('the tracker is down');
  });
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);

  assert.equal(message, 'Error: the tracker is down');
  assert.deepEqual(unhandled, []);
});

test.run();

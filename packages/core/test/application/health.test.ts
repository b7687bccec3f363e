import assert from 'node:assert/strict';
import {
  type Application,
  createApplication,
  Documents,
  eventData,
  memory,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, AccountOpened, Balances, OpenAccount } from '../fixtures/bank.ts';

async function withApp(run: (app: Application) => Promise<void>): Promise<void> {
  const app = await createApplication({
    store: memory(),
    aggregates: [Account],
    projections: [Balances],
    onError: () => {},
  });
  const events = Array.from({ length: 10 }, () => eventData('Ticked', {}));
  await app.eventStore.append('clock-1', events, { expectedRevision: 'no_stream' });
  await run(app);
  await app.stop();
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

const fail = () => {
  throw new Error('the mail server is down');
};

test('a subscription whose filter matches nothing keeps up with the log all the same', () =>
  withApp(async (app) => {
    const idle = app.subscribe({ types: ['Never'] }, () => {}, { name: 'idle' });
    await until(() => idle.position === 10);
    await app.eventStore.append('clock-1', [eventData('Ticked', {})], { expectedRevision: 'any' });
    await until(() => idle.position === 11);

    const { consumers } = await app.health();
    assert.deepEqual(consumers.find(({ name }) => name === 'idle')?.lag, { events: 0, milliseconds: 0 });
  }));

test('a subscription from the end is not behind what came before it', () =>
  withApp(async (app) => {
    const end = app.subscribe({ types: ['Ticked'] }, () => {}, { name: 'from the end', after: 'end' });
    await until(() => end.position === 10);

    const { consumers } = await app.health();
    assert.deepEqual(consumers.find(({ name }) => name === 'from the end')?.lag, { events: 0, milliseconds: 0 });
  }));

test('a subscription that failed degrades the application until another of its name runs', () =>
  withApp(async (app) => {
    await app.subscribe({}, fail, { name: 'mailer' }).stopped;
    await app.subscribe({}, fail, { name: 'mailer' }).stopped;
    assert.equal((await app.health()).status, 'degraded');

    app.subscribe({}, () => {}, { name: 'mailer' });
    const { status, consumers } = await app.health();
    assert.equal(status, 'ok');
    assert.equal(consumers.filter(({ name }) => name === 'mailer').length, 1);
  }));

test('subscriptions without a name never share one', () =>
  withApp(async (app) => {
    const [first, second] = [app.subscribe({}, () => {}), app.subscribe({}, () => {})];
    await first.stop();
    assert.notEqual(app.subscribe({}, () => {}).name, second.name);
  }));

test('health() answers where the store does not, and says why', () =>
  withApp(async (app) => {
    await app.execute(OpenAccount, { accountId: 'ada', owner: 'Ada' });
    app.subscribe({}, () => new Promise<void>((resolve) => setTimeout(resolve, 20)), { name: 'slow' });
    await app.eventStore.close();

    const { status, storeError, head, consumers } = await app.health();
    assert.equal(status, 'degraded');
    assert.equal((storeError as { code?: string } | undefined)?.code, 'CLOSED');
    assert.equal(head, undefined);
    assert.deepEqual(
      consumers.map(({ name, lag }) => [name, lag]),
      [
        ['balances', undefined],
        ['slow', undefined],
      ],
    );
  }));

test('health() can be written as JSON, with what went wrong and what caused it', () =>
  withApp(async (app) => {
    await app.subscribe({}, fail, { name: 'mailer' }).stopped;

    const { consumers } = JSON.parse(JSON.stringify(await app.health()));
    const { code, message, streamName, cause } = consumers.at(-1).lastError;
    assert.equal(code, 'CONSUMER_STOPPED');
    assert.match(message, /'mailer' stopped at Ticked/);
    assert.equal(streamName, 'clock-1');
    assert.equal(cause.message, 'the mail server is down');
  }));

test('health() of a stopped application asks nothing of the closed store', () =>
  withApp(async (app) => {
    await app.stop();
    const { status, storeError, head } = await app.health();
    assert.deepEqual([status, storeError, head], ['stopped', undefined, undefined]);
  }));

test('an inline projection says that it is one, and one behind the log that it is none', async () => {
  @Projection('owners', { inline: true })
  class Owners extends Documents<{ owner: string }> {
    @On(AccountOpened)
    opened({ aggregateId, data }: RecordedEvent<AccountOpened>) {
      this.put(aggregateId, { owner: data.owner });
    }
  }
  await using app = await createApplication({
    store: memory(),
    aggregates: [Account],
    projections: [Balances, Owners],
  });
  app.subscribe({}, () => {}, { name: 'mailer' });
  const { consumers } = await app.health();
  assert.deepEqual(
    consumers.map(({ name, inline }) => [name, inline]),
    [
      ['balances', false],
      ['owners', true],
      ['mailer', undefined],
    ],
  );
});

test.run();

/** Subscriptions: from where, in which order, what a filter lets through, and what tells the position. */
import {
  END,
  type EventStoreDBClient,
  eventTypeFilter,
  type Filter,
  type StreamSubscription,
  streamNameFilter,
} from '@eventstore/db-client';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  event,
  events,
  freshStream,
  idsOf,
  lastPosition,
  openSubject,
  type Rejection,
  type Subject,
} from './subject.ts';

let subject: Subject;
let client: EventStoreDBClient;
test.before(async () => {
  subject = await openSubject();
  client = subject.client;
});
test.after(() => subject.stop());

/** How long an event may take to come, in ms. */
const patience = 20_000;

type Subscription = StreamSubscription | ReturnType<EventStoreDBClient['subscribeToAll']>;

/** The ids of the next `count` events of these tests, without a server's own; the subscription ends with them. */
async function next(subscription: Subscription, count: number): Promise<string[]> {
  const ids: string[] = [];
  const giveUp = () => subscription.destroy(new Error(`${ids.length} of ${count} events came`));
  const timer = setTimeout(giveUp, patience);
  try {
    for await (const resolved of subscription) {
      if (resolved.event?.streamId.includes('semantics-')) ids.push(resolved.event.id);
      if (ids.length === count) break;
    }
  } finally {
    clearTimeout(timer);
    await subscription.unsubscribe();
  }
  return ids;
}

/** Resolves at the first event of that name that the subscription emits. */
const emitted = (subscription: Subscription, name: 'caughtUp' | 'confirmation' | 'error') =>
  new Promise<Rejection>((resolve) => (subscription as NodeJS.EventEmitter).once(name, resolve));

test('sends what a stream has and what comes, in order', async () => {
  const stream = freshStream();
  const [old, fresh] = [events(40), events(40)];
  await client.appendToStream(stream, old);
  const received = next(client.subscribeToStream(stream), 80);
  for (const each of fresh) await client.appendToStream(stream, each);
  assert.equal(
    await received,
    [...old, ...fresh].map(({ id }) => id),
  );
});

test('starts after the revision it is given', async () => {
  const stream = freshStream();
  const written = events(3);
  await client.appendToStream(stream, written);
  assert.equal(await next(client.subscribeToStream(stream, { fromRevision: 0n }), 2), [written[1]?.id, written[2]?.id]);
});

test('starts with what comes when it is given the end', async () => {
  const stream = freshStream();
  await client.appendToStream(stream, events(2));
  const subscription = client.subscribeToStream(stream, { fromRevision: END });
  await emitted(subscription, 'confirmation');
  const fresh = event();
  const received = next(subscription, 1);
  await client.appendToStream(stream, fresh);
  assert.equal(await received, [fresh.id]);
});

test('waits where there is no stream yet', async () => {
  const stream = freshStream();
  const subscription = client.subscribeToStream(stream);
  await emitted(subscription, 'caughtUp');
  const fresh = event();
  const received = next(subscription, 1);
  await client.appendToStream(stream, fresh);
  assert.equal(await received, [fresh.id]);
});

test('waits past the end of a stream, and skips what is before', async () => {
  const stream = freshStream();
  const written = events(4);
  await client.appendToStream(stream, written.slice(0, 1));
  const subscription = client.subscribeToStream(stream, { fromRevision: 2n });
  await emitted(subscription, 'caughtUp');
  const received = next(subscription, 1);
  for (const each of written.slice(1)) await client.appendToStream(stream, each);
  assert.equal(await received, [written[3]?.id]);
});

test('says when it has caught up, ahead of what it still delivers', async () => {
  const stream = freshStream();
  await client.appendToStream(stream, events(3));
  const subscription = client.subscribeToStream(stream);
  await emitted(subscription, 'caughtUp');
  assert.is((await next(subscription, 3)).length, 3);
});

test('does not show old events that the metadata hides, and shows live ones that it would hide', async () => {
  const stream = freshStream();
  const [old, fresh] = [events(3), events(3)];
  await client.appendToStream(stream, old);
  await client.setStreamMetadata(stream, { maxCount: 1 });
  const subscription = client.subscribeToStream(stream);
  await emitted(subscription, 'caughtUp');
  const received = next(subscription, 4);
  await client.appendToStream(stream, fresh);
  assert.equal(
    await received,
    [old[2], ...fresh].map((each) => each?.id),
  );
});

test('ends when the stream gets a tombstone', async () => {
  const stream = freshStream();
  await client.appendToStream(stream, event());
  const subscription = client.subscribeToStream(stream);
  const failed = emitted(subscription, 'error');
  await emitted(subscription, 'caughtUp');
  await client.tombstoneStream(stream);
  subscription.resume();
  const { type, streamName } = await failed;
  assert.equal([type, streamName], ['stream-deleted', stream]);
});

/** Where $all ends now: what the other tests wrote is before that. */
async function now() {
  const position = await lastPosition(client);
  return position ? { fromPosition: position } : {};
}

test('sends $all from after a position, every event once and in order, while others write', async () => {
  const from = await now();
  const streams = Array.from({ length: 4 }, freshStream);
  const received = next(client.subscribeToAll(from), 80);
  await Promise.all(
    streams.map(async (stream) => {
      for (const each of events(20)) await client.appendToStream(stream, each);
    }),
  );
  const ids = await received;
  assert.is(new Set(ids).size, 80);
  for (const stream of streams) {
    const own = await idsOf(client, stream);
    assert.equal(
      ids.filter((id) => own.includes(id)),
      own,
    );
  }
});

test('sends $all from its end', async () => {
  const stream = freshStream();
  await client.appendToStream(stream, event());
  const subscription = client.subscribeToAll({ fromPosition: END });
  await emitted(subscription, 'confirmation');
  const fresh = event();
  const received = next(subscription, 1);
  await client.appendToStream(stream, fresh);
  assert.equal(await received, [fresh.id]);
});

const filters: readonly (readonly [name: string, filter: (stream: string) => Filter])[] = [
  ['prefixes of stream names', (stream) => streamNameFilter({ prefixes: ['nothing-', `${stream}-a`] })],
  ['a regular expression for stream names, found anywhere', (stream) => streamNameFilter({ regex: `${stream}-a$` })],
  ['prefixes of event types', () => eventTypeFilter({ prefixes: ['Wanted', 'Nothing'] })],
  ['a regular expression for event types', () => eventTypeFilter({ regex: '^W.*d$' })],
];

for (const [name, filterOn] of filters) {
  test(`filters $all by ${name}`, async () => {
    const from = await now();
    const stream = freshStream();
    const wanted = [event(undefined, 'Wanted'), event(undefined, 'Wanted')];
    const subscription = client.subscribeToAll({ ...from, filter: filterOn(stream) });
    const received = next(subscription, 2);
    await client.appendToStream(`${stream}-a`, wanted.slice(0, 1));
    await client.appendToStream(`${stream}-b`, event(undefined, 'Unwanted'));
    await client.appendToStream(`${stream}-a`, wanted.slice(1));
    assert.equal(
      await received,
      wanted.map(({ id }) => id),
    );
  });
}

test('tells the position of a filtered subscription every so many events, wanted or not', async () => {
  const from = await now();
  const stream = freshStream();
  const { position: last } = await client.appendToStream(stream, events(100));
  const positions: bigint[] = [];
  const filter = streamNameFilter({
    prefixes: ['nothing-'],
    maxSearchWindow: 10,
    checkpointInterval: 2,
    checkpointReached: async (_, { commit }) => void positions.push(commit),
  });
  const subscription = client.subscribeToAll({ ...from, filter });
  subscription.resume();
  // A server writes too, so that it may be somewhere within these events that the next so many begin: some more follow.
  for (const end = Date.now() + patience; (positions.at(-1) ?? 0n) < (last?.commit ?? 0n); ) {
    assert.ok(Date.now() < end, `the position is ${positions.at(-1)}, and ${last?.commit} was written`);
    await client.appendToStream(stream, event());
  }
  await subscription.unsubscribe();
  assert.ok(positions.length >= 4, `${positions}`);
  for (const [index, at] of positions.entries()) assert.ok(index === 0 || at >= (positions[index - 1] ?? 0n));
});

test.run();

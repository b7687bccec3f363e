/** Events that cannot be read end only those who want them, after all that came before, and are named. */
import assert from 'node:assert/strict';
import {
  type Application,
  createApplication,
  Documents,
  DomainEvent,
  type EventData,
  type EventPlace,
  eventData,
  memory,
  On,
  Projection,
  type RecordedEvent,
  upcast,
} from '@tidemark/core';
import { firstValueFrom } from 'rxjs';
import { test } from 'uvu';

@DomainEvent('Counted')
class Counted {
  constructor(readonly number: number) {}
}
@DomainEvent('Left')
class Left {}
@DomainEvent('Right')
class Right {}

@Projection('sum', { version: 1 })
class Sum extends Documents<{ sum: number }> {
  @On(Counted)
  counted({ data }: RecordedEvent<Counted>): void {
    this.update('all', ({ sum }) => ({ sum: sum + data.number }), { sum: 0 });
  }
  @On(Left)
  left(): void {}
}

const splitting = upcast<{ torn?: boolean }>('Both', {
  from: 1,
  into: ['Left', 'Right'],
  split: ({ torn }) => {
    if (torn) throw new Error('torn');
    return [
      { type: 'Left', data: {} },
      { type: 'Right', data: {} },
    ];
  },
});

const counted = (number: number) => eventData('Counted', { number });
const newer = eventData('Counted', {}, { metadata: { $schemaVersion: 9 } });
const torn = eventData('Both', { torn: true });
const corrupt: EventData = { ...torn, eventId: crypto.randomUUID(), metadata: '{"$types":{"/torn":"Date"}}' };
/** Spoilt behind the store's back: nothing that is no JSON can be appended. */
const broken: EventData = Object.assign(eventData('Both', { torn: true }), { metadata: '{"$schemaVersion' });

/** An application on a log of three good events, one that cannot be read, and a good one. */
async function behind(bad: EventData, run: (app: Application) => Promise<void>) {
  const store = memory();
  const { events, close } = await store.open();
  const log = [counted(1), counted(2), eventData('Both', {}), bad, counted(4)];
  await events.append('count-1', log, { expectedRevision: 'no_stream' });
  await close();
  const known = { events: [Counted, Left, Right], upcasters: [splitting], onError: () => {} };
  const app = await createApplication({ store, ...known });
  await run(app);
  await app.stop();
}

const place = (type: string): EventPlace => ({ type, streamName: 'count-1', revision: 3, position: 4 });
const wantsLeft = { types: [Counted, Left] };

for (const [what, bad, code] of [
  ['of a newer version', newer, 'UNKNOWN_EVENT'],
  ['whose upcaster throws', torn, 'UNREADABLE_EVENT'],
  ['whose side note does not fit', corrupt, 'UNREADABLE_EVENT'],
  ['whose metadata is no JSON', broken, 'UNREADABLE_EVENT'],
] as const) {
  const at = place(bad.type);

  test(`an iterator gives what came before an event ${what}, and then names that`, () =>
    behind(bad, async (app) => {
      const seen: number[] = [];
      const follow = async () => {
        for await (const { position } of app.events(wantsLeft)) seen.push(position);
      };
      await assert.rejects(follow(), (error: { code: string; event: unknown }) => {
        assert.deepEqual([error.code, error.event], [code, at]);
        return true;
      });
      assert.deepEqual(seen, [1, 2, 3]);
    }));

  test(`an Observable and a handler get what came before an event ${what}, and are told of it`, () =>
    behind(bad, async (app) => {
      const seen: number[] = [];
      const error = await new Promise<{ code: string; event: unknown }>((resolve) => {
        app.events$(wantsLeft).subscribe({ next: ({ position }) => seen.push(position), error: resolve });
      });
      assert.deepEqual([seen, error.code, error.event], [[1, 2, 3], code, at]);
      const handled: number[] = [];
      const subscription = app.subscribe(wantsLeft, ({ position }) => void handled.push(position));
      await subscription.stopped;
      const { eventType, streamName, revision, position } = subscription.error ?? {};
      assert.deepEqual({ type: eventType, streamName, revision, position }, at);
      assert.deepEqual([handled, subscription.position], [[1, 2, 3], 3]);
    }));

  test(`who does not want an event ${what} passes it by`, () =>
    behind(bad, async (app) => {
      const seen: number[] = [];
      for await (const { position } of app.events(bad === newer ? { types: [Right] } : { types: [Counted] })) {
        seen.push(position);
        if (seen.length === (bad === newer ? 1 : 3)) break;
      }
      assert.deepEqual(seen, bad === newer ? [3] : [1, 2, 5]);
    }));

  test(`who names no types gets an event ${what} as it is stored, and the error from its data`, () =>
    behind(bad, async (app) => {
      const seen: RecordedEvent[] = [];
      const subscription = app.subscribe({}, (event) => void seen.push(event));
      while (seen.length < 6 && subscription.state === 'running') await new Promise(setImmediate);
      assert.deepEqual(
        seen.map(({ position, type }) => `${position} ${type}`),
        ['1 Counted', '2 Counted', '3 Left', '3 Right', `4 ${bad.type}`, '5 Counted'],
      );
      assert.throws(() => seen[4]?.data, { code });
    }));

  test(`a projection commits what came before an event ${what}, and stops in front of it`, async () => {
    const options = { projections: [Sum], events: [Counted, Left, Right], upcasters: [splitting], onError: () => {} };
    const app = await createApplication({ store: memory(), ...options });
    await app.ready(Sum);
    const log = [counted(1), counted(2), eventData('Both', {}), bad, counted(4)];
    await app.eventStore.append('count-1', log, { expectedRevision: 'no_stream' });
    await assert.rejects(app.caughtUp(Sum, 5), (error: object) => {
      const {
        streamName,
        revision,
        position,
        eventType: type,
      } = error as Record<keyof EventPlace | 'eventType', never>;
      assert.deepEqual({ type, streamName, revision, position }, at);
      return true;
    });
    assert.deepEqual(await app.documents(Sum).get('all'), { sum: 3 });
    assert.equal((await firstValueFrom(app.status$(Sum))).position, 3);
    await app.stop();
  });
}

test.run();

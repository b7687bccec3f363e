import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { type Look, type PullSource, pullSubscription, Signal, type SubscriptionMessage } from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';
import { storedData } from '../event/stored.ts';
import { collect } from './collect.ts';

const event = storedData('Paid', {});
const at = (position: number) => ({ position, eventId: `id-${position}` });

/** A source that answers with these looks, one after another, and then has nothing more. */
function scripted(...looks: readonly (Look | Error)[]) {
  const signal = new Signal();
  const asked: number[] = [];
  const state = { closed: false };
  const source: PullSource = {
    look(after) {
      const look = looks[asked.length] ?? { events: [], reached: undefined, atEnd: true };
      asked.push(after);
      if (look instanceof Error) throw look;
      return look;
    },
    seen: () => signal.count,
    wait: (seen, abort) => signal.wait(seen, abort),
    get closed() {
      return state.closed;
    },
  };
  const close = () => {
    state.closed = true;
    signal.notify();
  };
  return { source, signal, asked, close };
}

const words = (message: SubscriptionMessage): string => {
  if (message.kind === 'events') return `${message.events.length} events`;
  if (message.kind === 'empty') return 'empty';
  return `${message.caughtUp ? 'caught up' : 'progress'} at ${message.position} (${message.eventId})`;
};

/** The first so many messages, as words. */
async function messages(source: PullSource, count: number, after = 0): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const message of pullSubscription(source, after, undefined)) {
    seen.push(words(message));
    if (seen.length === count) break;
  }
  return seen;
}

test('tells events before the place they reach, and that it caught up when there was nothing further', async () => {
  const { source, asked } = scripted(
    { events: [event, event], reached: at(2), atEnd: false },
    { events: [], reached: at(5), atEnd: false },
    { events: [event], reached: at(6), atEnd: true },
  );
  assert.deepEqual(await messages(source, 5), [
    '2 events',
    'progress at 2 (id-2)',
    'progress at 5 (id-5)',
    '1 events',
    'caught up at 6 (id-6)',
  ]);
  assert.deepEqual(asked, [0, 2, 5]);
});

test('says `empty` once where there is nothing behind its beginning, and waits then', async () => {
  const { source, asked, signal } = scripted(
    { events: [], reached: undefined, atEnd: true },
    { events: [], reached: undefined, atEnd: true },
    {
      events: [event],
      reached: at(8),
      atEnd: true,
    },
  );
  const seen = messages(source, 3, 7);
  for (let wake = 0; wake < 2; wake += 1) {
    await turn();
    assert.equal(asked.length, wake + 1);
    signal.notify();
  }
  assert.deepEqual(await seen, ['empty', '1 events', 'caught up at 8 (id-8)']);
  assert.deepEqual(asked, [7, 7, 7]);
});

test('looks no further before its consumer asks', async () => {
  const { source, asked } = scripted(
    { events: [event], reached: at(1), atEnd: false },
    { events: [event], reached: at(2), atEnd: true },
  );
  const iterator = pullSubscription(source, 0, undefined)[Symbol.asyncIterator]();
  assert.deepEqual(asked, []);
  await iterator.next();
  await turn();
  await iterator.next();
  await turn();
  assert.deepEqual(asked, [0]);
  await iterator.next();
  assert.deepEqual(asked, [0, 1]);
  await iterator.return?.();
});

test('a wake-up during a look is not slept through', async () => {
  const { source, signal, asked } = scripted();
  const look = source.look.bind(source);
  const racing = Object.create(source, {
    look: {
      value: async (after: number, over: AbortSignal) => {
        const found = await look(after, over);
        if (asked.length === 1) signal.notify();
        if (asked.length === 2) return { events: [event], reached: at(1), atEnd: true };
        return found;
      },
    },
  }) as PullSource;
  assert.deepEqual(await messages(racing, 3), ['empty', '1 events', 'caught up at 1 (id-1)']);
});

test('an abort ends it quietly: before it begins, while it waits, and after a look', async () => {
  const before = scripted();
  assert.deepEqual(await collect(pullSubscription(before.source, 0, AbortSignal.abort())), []);
  assert.deepEqual(before.asked, []);

  const waiting = new AbortController();
  const seen = collect(pullSubscription(scripted().source, 0, waiting.signal));
  await turn();
  waiting.abort();
  assert.deepEqual((await seen).map(words), ['empty']);

  const during = new AbortController();
  const { source } = scripted({ events: [event], reached: at(1), atEnd: true });
  const look = source.look.bind(source);
  source.look = async (after, over) => {
    const found = await look(after, over);
    during.abort();
    return found;
  };
  assert.deepEqual(await collect(pullSubscription(source, 0, during.signal)), []);
});

test('a store that closes ends it quietly', async () => {
  const { source, close } = scripted({ events: [event], reached: at(1), atEnd: true });
  const seen = collect(pullSubscription(source, 0, undefined));
  await turn();
  close();
  assert.deepEqual((await seen).map(words), ['1 events', 'caught up at 1 (id-1)']);
});

test('return() and throw() end it at once while it waits, and what waits with it', async () => {
  for (const leave of ['return', 'throw'] as const) {
    const { source } = scripted();
    const iterator = pullSubscription(source, 0, undefined)[Symbol.asyncIterator]();
    await iterator.next();
    const next = iterator.next();
    await turn();
    const left = Promise.resolve(iterator[leave]?.(new Error('left')));
    if (leave === 'throw') await assert.rejects(left, { message: 'left' });
    else await left;
    assert.deepEqual(await next, { done: true, value: undefined });
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  }
});

test('return() does not wait for a look that never ends', async () => {
  const { source } = scripted();
  source.look = () => new Promise(() => {});
  const iterator = pullSubscription(source, 0, undefined)[Symbol.asyncIterator]();
  const next = iterator.next();
  await iterator.return?.();
  assert.deepEqual(await next, { done: true, value: undefined });
});

test('what a look throws reaches the consumer, after all that came before', async () => {
  const { source } = scripted({ events: [event], reached: at(1), atEnd: false }, new Error('disk'));
  const seen: string[] = [];
  const consume = async () => {
    for await (const message of pullSubscription(source, 0, undefined)) seen.push(words(message));
  };
  await assert.rejects(consume(), { message: 'disk' });
  assert.deepEqual(seen, ['1 events', 'progress at 1 (id-1)']);
});

test('each iteration begins at the beginning', async () => {
  const { source, asked } = scripted(
    { events: [], reached: at(9), atEnd: true },
    { events: [], reached: at(9), atEnd: true },
  );
  const subscription = pullSubscription(source, 4, undefined);
  for (let time = 0; time < 2; time += 1) for await (const _ of subscription) break;
  assert.deepEqual(asked, [4, 4]);
});

test('over a growing log every event is told once and in order, however it is cut and whenever it grows', async () => {
  const growth = fc.array(fc.record({ more: fc.nat(5), turns: fc.nat(2) }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(growth, fc.integer({ min: 1, max: 4 }), async (steps, page) => {
      const signal = new Signal();
      let head = 0;
      const total = steps.reduce((sum, { more }) => sum + more, 0);
      const told: number[] = [];
      const over = new AbortController();
      const numbered = new Map<object, number>();
      const source: PullSource = {
        async look(after) {
          const end = Math.min(head, after + page);
          const atEnd = end === head;
          const events = Array.from({ length: end - after }, (_, index) => {
            const made = storedData('Paid', {});
            numbered.set(made, after + index + 1);
            return made;
          });
          await turn();
          return { events, reached: end > after ? at(end) : undefined, atEnd };
        },
        seen: () => signal.count,
        wait: (seen, abort) => signal.wait(seen, abort),
        closed: false,
      };
      const consume = async () => {
        if (total === 0) return;
        for await (const message of pullSubscription(source, 0, over.signal)) {
          if (message.kind === 'events') told.push(...message.events.map((made) => numbered.get(made) ?? 0));
          if (message.kind === 'progress') assert.equal(message.position, told.at(-1));
          if (told.length === total) over.abort();
        }
      };
      const grow = async () => {
        for (const { more, turns } of steps) {
          for (let count = 0; count < turns; count += 1) await turn();
          head += more;
          signal.notify();
        }
      };
      await Promise.all([consume(), grow()]);
      assert.deepEqual(
        told,
        Array.from({ length: total }, (_, index) => index + 1),
      );
    }),
    { numRuns: 50 },
  );
});

test.run();

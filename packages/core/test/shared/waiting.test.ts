import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Signal } from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';
import { KeyedMutex } from '../../src/shared/keyed-mutex.ts';
import { linkedAbort } from '../../src/shared/linked-abort.ts';

/** Whether a promise has settled after everything that can happen by itself has happened. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.finally(() => {
    done = true;
  });
  await turn();
  return done;
}

test('the mutex lets one in at a time for each key, in the order of asking', async () => {
  const tasks = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(3) }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(tasks, async (list) => {
      const mutex = new KeyedMutex();
      const inside = new Map<string, number>();
      const order: number[] = [];
      const run = async ({ key, turns }: { key: string; turns: number }, index: number) => {
        const release = await mutex.acquire(key);
        assert.equal(inside.get(key) ?? 0, 0);
        inside.set(key, 1);
        order.push(index);
        for (let count = 0; count < turns; count += 1) await turn();
        inside.set(key, 0);
        release();
      };
      await Promise.all(list.map(run));
      for (const key of ['a', 'b', 'c']) {
        const asked = list.flatMap((task, index) => (task.key === key ? [index] : []));
        assert.deepEqual(
          order.filter((index) => list[index]?.key === key),
          asked,
        );
      }
      assert.equal(mutex.size, 0);
    }),
    { numRuns: 50 },
  );
});

test('different keys do not wait for one another', async () => {
  const mutex = new KeyedMutex();
  const release = await mutex.acquire('a');
  const other = await mutex.acquire('b');
  const waiting = mutex.acquire('a');
  assert.equal(await settled(waiting), false);
  assert.equal(mutex.size, 2);
  release();
  (await waiting)();
  other();
  assert.equal(mutex.size, 0);
});

test('who throws between acquiring and releasing holds up nobody who comes after', async () => {
  const mutex = new KeyedMutex();
  const failing = async () => {
    const release = await mutex.acquire('a');
    try {
      throw new Error('no');
    } finally {
      release();
    }
  };
  const results = await Promise.allSettled([failing(), failing(), failing()]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  assert.equal(mutex.size, 0);
});

test('releasing twice does not let two in', async () => {
  const mutex = new KeyedMutex();
  const first = await mutex.acquire('a');
  first();
  const second = await mutex.acquire('a');
  first();
  const third = mutex.acquire('a');
  assert.equal(await settled(third), false);
  second();
  (await third)();
  assert.equal(mutex.size, 0);
});

test('a wake-up between looking and waiting is not lost', async () => {
  const signal = new Signal();
  const seen = signal.count;
  signal.notify();
  await signal.wait(seen);
  assert.equal(await settled(signal.wait(signal.count)), false);
});

test('a wake-up wakes everybody who waits, once', async () => {
  const signal = new Signal();
  const waiting = [1, 2, 3].map(() => signal.wait(signal.count));
  assert.equal(await settled(Promise.race(waiting)), false);
  signal.notify();
  await Promise.all(waiting);
  const next = signal.wait(signal.count);
  assert.equal(await settled(next), false);
  signal.notify();
  await next;
});

test('who waits again while being woken waits for the next one', async () => {
  const signal = new Signal();
  let again: Promise<void> | undefined;
  const waiting = signal.wait(signal.count).then(() => {
    again = signal.wait(signal.count);
  });
  signal.notify();
  await waiting;
  assert.equal(await settled(again as Promise<void>), false);
  signal.notify();
  await again;
});

test('no wake-up is lost between a producer and a consumer, whenever either runs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 30 }), async (pauses) => {
      const signal = new Signal();
      let made = 0;
      const produce = async () => {
        for (const turns of pauses) {
          for (let count = 0; count < turns; count += 1) await Promise.resolve();
          made += 1;
          signal.notify();
        }
      };
      const consume = async () => {
        for (let taken = 0; taken < pauses.length; ) {
          const seen = signal.count;
          if (taken === made) await signal.wait(seen);
          taken = made;
        }
      };
      await Promise.all([produce(), consume()]);
    }),
    { numRuns: 100 },
  );
});

test('an abort wakes its waiter only, and a wait leaves no listener behind', async () => {
  const signal = new Signal();
  const controller = new AbortController();
  const aborted = signal.wait(signal.count, controller.signal);
  const other = signal.wait(signal.count);
  controller.abort();
  await aborted;
  assert.equal(await settled(other), false);
  signal.notify();
  await other;
  await signal.wait(signal.count, controller.signal);
  const woken = new AbortController();
  const waiting = signal.wait(signal.count, woken.signal);
  signal.notify();
  await waiting;
  for (const { signal: listened } of [controller, woken]) assert.equal(getEventListeners(listened, 'abort').length, 0);
});

test('a linked signal fires with any of its sources, with its reason', () => {
  for (const index of [0, 1]) {
    const sources = [new AbortController(), new AbortController()];
    const linked = linkedAbort(sources[0]?.signal, undefined, sources[1]?.signal);
    assert.equal(linked.signal.aborted, false);
    const reason = new Error('enough');
    sources[index]?.abort(reason);
    assert.equal(linked.signal.reason, reason);
    linked.release();
  }
});

test('a linked signal has fired where a source had, and can be fired by hand', () => {
  const linked = linkedAbort(undefined, AbortSignal.abort('over'));
  assert.deepEqual([linked.signal.aborted, linked.signal.reason], [true, 'over']);
  const alone = linkedAbort();
  alone.abort('by hand');
  assert.equal(alone.signal.reason, 'by hand');
});

test('many may wait under one signal without a warning of a leak', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  const source = new AbortController();
  const waker = new Signal();
  const links = Array.from({ length: 30 }, () => linkedAbort(source.signal));
  const together = links.map(() => waker.wait(waker.count, source.signal));
  await turn();
  source.abort();
  waker.notify();
  await Promise.all(together);
  process.off('warning', warn);
  assert.deepEqual(warnings, []);
});

test('a signal that is not Node’s own will do', () => {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    reason: 'enough',
    addEventListener: (_: string, act: () => void) => listeners.add(act),
    removeEventListener: (_: string, act: () => void) => listeners.delete(act),
  } as unknown as AbortSignal;
  const linked = linkedAbort(signal);
  for (const act of listeners) act();
  assert.equal(linked.signal.reason, 'enough');
  linked.release();
  assert.equal(listeners.size, 0);
});

test('a released link listens no longer, and leaves nothing on its sources', () => {
  const source = new AbortController();
  const links = Array.from({ length: 20 }, () => linkedAbort(source.signal));
  assert.equal(getEventListeners(source.signal, 'abort').length, 20);
  for (const { release } of links) release();
  assert.equal(getEventListeners(source.signal, 'abort').length, 0);
  source.abort();
  assert.ok(links.every(({ signal }) => !signal.aborted));
});

test.run();

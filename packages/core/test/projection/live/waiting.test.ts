// Who holds the reading up, and who cannot: RxJS has no backpressure of its own.
import assert from 'node:assert/strict';
import { createApplication, eventData } from '@tidemark/core';
import { concatMap, count, Subject, take } from 'rxjs';
import { test } from 'uvu';
import { live } from '../../../src/projection/live/live.ts';
import { Bank, observed } from './running.ts';

const many = 5_000;
const page = 256;
const ticks = Array.from({ length: many }, (_, number) => eventData('Ticked', { number }));

/** A store that counts the events it hands out, and `work` that is done only when it is allowed to go on. */
function slowly() {
  const counted = { handedOut: 0, begun: 0 };
  const store = observed((message) => {
    if (message.kind === 'events') counted.handedOut += message.events.length;
  });
  const goOn$ = new Subject<void>();
  const work = async () => {
    counted.begun += 1;
    if (counted.begun === 1) await new Promise<void>((resolve) => goOn$.pipe(take(1)).subscribe(() => resolve()));
  };
  return { counted, store, work, goOn: () => goOn$.next() };
}

test('an asynchronous operator does not hold the reading up: the whole log piles up in front of it', async () => {
  const { counted, store, work, goOn } = slowly();
  await Bank.with(
    async (bank) => {
      await bank.events.append('tick-1', ticks, { expectedRevision: 'any' });
      const slow = live('slow', (events$) => events$.pipe(concatMap(work), take(many), count()));
      const runner = await bank.run(slow);
      await runner.caughtUp(many, 1_000);
      assert.deepEqual(counted, { handedOut: many, begun: 1 }, 'all is read while the first event is worked on');
      assert.equal(runner.output.value, undefined, 'caughtUp knows what went in, not what came out');
      const counts = new Promise((resolve) => runner.output.value$.subscribe(resolve));
      goOn();
      assert.equal(await counts, many);
    },
    { store },
  );
});

test('a synchronous operator holds the reading up: no more than a page is read ahead', async () => {
  const { counted, store } = slowly();
  await Bank.with(
    async (bank) => {
      await bank.events.append('tick-1', ticks, { expectedRevision: 'any' });
      let ahead = 0;
      const measuring = live('measuring', (events$) =>
        events$.pipe(
          concatMap(({ position }) => {
            ahead = Math.max(ahead, counted.handedOut - position);
            return [position];
          }),
        ),
      );
      await bank.run(measuring);
      assert.ok(ahead > 0 && ahead <= page, `${ahead} events ahead`);
    },
    { store },
  );
});

test('for await over the application’s events does hold it up', async () => {
  const { counted, store, work, goOn } = slowly();
  const app = await createApplication({ store });
  await app.eventStore.append('tick-1', ticks, { expectedRevision: 'any' });
  const reading = (async () => {
    for await (const { position } of app.events()) {
      await work();
      if (position === many) return;
    }
  })();
  // The same long wait as the pipeline had: a replay over the same log, to its end.
  while (counted.begun === 0) await new Promise(setImmediate);
  for await (const { position } of app.events()) if (position === many) break;
  assert.deepEqual(counted, { handedOut: many + page, begun: 1 }, 'the slow reader has had one page');
  goOn();
  await reading;
  assert.equal(counted.handedOut, 2 * many);
  await app.stop();
});

test.run();

import assert from 'node:assert/strict';
import { type EventData, type EventStore, eventData, type StoredEvent } from '@tidemark/core';
import { all, any, numbered, numberOf, numbers, range } from './language.ts';
import type { Rules } from './rule.ts';

/** Pages are of about 8 MiB at most; a store may be off by as much again. */
const mostBytes = 16 * 1024 * 1024;

export const largeEvents: Rules = {
  'pages of a stream are bounded by what its events hold': async ({ events }) => {
    const count = await fill(events);
    for (const direction of ['forwards', 'backwards'] as const) {
      const pages = await all(events.readStream('account-1', { direction }).pages());
      assertBounded(pages);
      assert.deepEqual(pages.flat().map(numberOf), inOrder(count, direction));
    }
  },

  'pages of the log are bounded by what its events hold': async ({ events }) => {
    const count = await fill(events);
    for (const filter of [undefined, { types: ['Large', 'Numbered'] }, { categories: ['account', 'loan'] }]) {
      for (const direction of ['forwards', 'backwards'] as const) {
        const pages = await all(events.readAll({ direction, filter }).pages());
        assertBounded(pages);
        assert.deepEqual(pages.flat().map(numberOf), inOrder(count, direction));
      }
    }
  },

  'what a subscription brings at once is bounded by what its events hold': async ({ events }) => {
    const count = await fill(events);
    const subscriptions = [
      events.subscribeToAll(),
      events.subscribeToAll({ filter: { types: ['Large', 'Numbered'] } }),
      events.subscribeToStream('account-1'),
    ];
    for (const subscription of subscriptions) {
      const pages: (readonly StoredEvent[])[] = [];
      let reached = 0;
      for await (const message of subscription) {
        if (message.kind === 'events') pages.push(message.events);
        if (message.kind !== 'progress') continue;
        const last: StoredEvent | undefined = pages.at(-1)?.at(-1);
        assert.deepEqual([message.position, message.eventId], [last?.position, last?.eventId]);
        // Where a full page ended with the log, the next look tells that this was its end.
        const isNews = message.position > reached || (message.caughtUp && message.position === reached);
        assert.equal(isNews, true, 'told of no progress');
        reached = message.position;
        if (message.caughtUp) break;
      }
      assertBounded(pages);
      assert.deepEqual(pages.flat().map(numberOf), range(count));
    }
  },

  'a limit holds among large events, and metadata counts': async ({ events }) => {
    const text = JSON.stringify({ text: 'x'.repeat(sizeFor(events)) });
    for (const event of numbered(8)) await events.append('account-1', [{ ...event, metadata: text }], any);
    const pages = await all(events.readStream('account-1', { from: 1, limit: 6 }).pages());
    assertBounded(pages);
    assert.deepEqual(pages.flat().map(numberOf), range(6, 1));
    const from = (await all(events.readAll()))[6]?.position;
    assert.deepEqual(await numbers(events.readAll({ from, limit: 1 })), [6]);
  },
};

/** Large events with small ones before, between and behind them: more than one page may hold. Returns how many. */
async function fill(events: EventStore): Promise<number> {
  const size = sizeFor(events);
  const larges = Math.ceil((1.5 * mostBytes) / size);
  let count = 0;
  const append = async (batch: readonly EventData[]) => {
    await events.append('account-1', batch, any);
    count += batch.length;
  };
  await append(numbered(3));
  for (let index = 0; index < larges; index += 1) {
    await append([eventData('Large', { number: count, text: 'x'.repeat(size) })]);
    if (index % 3 === 0) await append(numbered(2, count));
  }
  await append(numbered(3, count));
  return count;
}

function sizeFor({ capabilities }: EventStore): number {
  return Math.min(Math.floor(capabilities.maxAppendBytes / 2), 6 * 1024 * 1024);
}

function inOrder(count: number, direction: 'forwards' | 'backwards'): readonly number[] {
  return direction === 'forwards' ? range(count) : range(count).toReversed();
}

function assertBounded(pages: readonly (readonly StoredEvent[])[]): void {
  for (const page of pages) {
    let bytes = 0;
    for (const { dataText, metadataText } of page) bytes += dataText.length + (metadataText?.length ?? 0);
    assert.equal(page.length === 1 || bytes <= mostBytes, true, `a page of ${page.length} events and ${bytes} bytes`);
  }
}

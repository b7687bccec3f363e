/** Nothing that a server does ends the process, or reaches a store on another server. */
import assert from 'node:assert/strict';
import type { EventStore, StoredEvent } from '@tidemark/core';
import { test } from 'uvu';
import { any, noStream, numbered, opened } from './opened.ts';

const writers = 32;

/** Appends until told to stop; each writer has a stream of its own. Answers with what was acknowledged, by stream. */
function writing(events: EventStore, isOver: () => boolean): Promise<readonly (readonly string[])[]> {
  const write = async (_: unknown, writer: number): Promise<readonly string[]> => {
    const written: string[] = [];
    for (let last: number | undefined; !isOver(); ) {
      const [event] = numbered(1, written.length);
      assert.ok(event);
      const expected = last === undefined ? noStream : { expectedRevision: last };
      ({ revision: last } = await events.append(`writer-${writer}`, [event], expected));
      written.push(event.eventId);
    }
    return written;
  };
  return Promise.all(Array.from({ length: writers }, write));
}

async function following(events: EventStore, seen: StoredEvent[], signal: AbortSignal): Promise<void> {
  for await (const message of events.subscribeToAll({ signal })) {
    if (message.kind === 'events') seen.push(...message.events);
  }
}

test('of several stores in a process, one at a time appends over a shared stream', async () => {
  await using first = await opened();
  await using second = await opened();
  for (const { events } of [first, second]) await events.append('account-1', numbered(1), any);
  const paths = () =>
    [first, second].map(({ server }) => [server.seenCalls.batchAppend > 0, server.seenCalls.append > 0]);
  assert.deepEqual(paths(), [
    [true, false],
    [false, true],
  ]);
  await first.events.close();
  await second.events.append('account-1', numbered(1), any);
  assert.equal(second.server.seenCalls.batchAppend, 1, 'the stream is free');
});

test('one of two servers is killed and started again under 32 writers each: the other store feels nothing', async () => {
  await using first = await opened({ timeout: 2_000 });
  await using second = await opened({ timeout: 2_000 });
  let isOver = false;
  const ending = new AbortController();
  const seen: [StoredEvent[], StoredEvent[]] = [[], []];
  const followers = [first, second].map(({ events }, index) => following(events, seen[index as 0 | 1], ending.signal));
  const both = [first, second].map(({ events }) => writing(events, () => isOver));
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    first.server.faults.dropConnections();
    await first.server.restart({ log: 'kept' });
  }
  await new Promise((resolve) => setTimeout(resolve, 150));
  isOver = true;
  const written = await Promise.all(both);
  for (const [index, { events }] of [first, second].entries()) {
    const last = await events.head();
    const followed = seen[index as 0 | 1];
    while ((followed.at(-1)?.position ?? 0) < last) await new Promise((resolve) => setTimeout(resolve, 5));
    for (let writer = 0; writer < writers; writer += 1) {
      const own = followed.filter(({ streamName }) => streamName === `writer-${writer}`);
      assert.deepEqual(
        own.map(({ eventId }) => eventId),
        written[index]?.[writer],
        'nothing acknowledged is lost, nothing skipped, nothing twice',
      );
    }
  }
  ending.abort();
  await Promise.all(followers);
});

test.run();

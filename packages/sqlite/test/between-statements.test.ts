/** Another process commits between two statements of one look at the log: nothing is skipped, doubled or misplaced. */
import { eventData, type Subscription } from '@tidemark/core';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { any, numbered, numberOf } from './events.ts';
import { type Opened, opened } from './opened.ts';
import { temporaryFile } from './temporary.ts';

/** A store whose log has three events, and a way to write one more from outside, at once. */
async function store(): Promise<
  Opened & { outside: Database.Database; write(number: number, type?: string): void; end(): Promise<void> }
> {
  const file = temporaryFile();
  const parts = await opened(file);
  await parts.events.append('account-1', numbered(3), any);
  const outside = new Database(file);
  const insert = outside.prepare(
    `INSERT INTO events (stream_id, revision, category_id, type_id, recorded_at, event_id, data)
     SELECT stream_id, ?, category_id, (SELECT id FROM types WHERE name = ?), recorded_at, ?, ? FROM events WHERE position = 1`,
  );
  return {
    ...parts,
    outside,
    write(number, type = 'Numbered') {
      outside.prepare('INSERT OR IGNORE INTO types (name) VALUES (?)').run(type);
      const { eventId, data } = eventData(type, { number });
      insert.run(number, type, eventId, data);
    },
    async end() {
      await parts.close();
      outside.close();
    },
  };
}

/** Replaces a method so that something happens after the first time it has answered. */
function after<T extends object, K extends keyof T>(target: T, method: K, happens: () => void): void {
  const original = target[method] as (...args: unknown[]) => unknown;
  let isFirst = true;
  target[method] = ((...args: unknown[]) => {
    const answer = original.apply(target, args);
    if (isFirst) {
      isFirst = false;
      happens();
    }
    return answer;
  }) as T[K];
}

/** The numbers that come; event 4 is written as soon as all before it is caught up. */
async function follow(subscription: Subscription, write: (number: number) => void): Promise<readonly number[]> {
  const numbers: number[] = [];
  for await (const message of subscription) {
    assert.is.not(message.kind, 'empty');
    if (message.kind === 'events') numbers.push(...message.events.map(numberOf));
    if (message.kind !== 'progress') continue;
    // One stream: its revisions are the positions less one.
    assert.ok(message.position - 1 <= (numbers[numbers.length - 1] ?? 2), 'progress ran ahead of the events');
    if (message.position === 4) write(4);
    if (message.position === 5) break;
  }
  return numbers;
}

test('a subscription to a stream, whose head was taken before', async () => {
  const { events, file, write, end } = await store();
  after(file.streams, 'state', () => write(3));
  assert.equal(await follow(events.subscribeToStream('account-1'), write), [0, 1, 2, 3, 4]);
  await end();
});

test('a subscription to the log, whose head was taken before', async () => {
  const { events, file, write, end } = await store();
  after(file.reader.log, 'head', () => write(3));
  assert.equal(await follow(events.subscribeToAll(), write), [0, 1, 2, 3, 4]);
  await end();
});

test('a subscription that begins at the end', async () => {
  const { events, file, write, end } = await store();
  after(file.reader.log, 'head', () => write(3));
  assert.equal(await follow(events.subscribeToAll({ after: 3 }), write), [3, 4]);
  await end();
});

test('a filter by a type that nobody had used before', async () => {
  const { events, file, write, end } = await store();
  after(file.reader.log, 'head', () => write(3, 'New'));
  const filter = { types: ['New', 'Numbered'] };
  assert.equal(await follow(events.subscribeToAll({ filter }), write), [0, 1, 2, 3, 4]);
  await end();
});

test('a reader of a stream that is deleted and revived gets what was there, and nothing of what came after', async () => {
  for (const direction of ['forwards', 'backwards'] as const) {
    const { events, file, write, outside, end } = await store();
    after(file.streams, 'state', () => {
      write(3);
      outside.exec('UPDATE streams SET truncate_before = 3, revived_at = 3');
    });
    const read = [];
    for await (const event of events.readStream('account-1', { direction })) read.push(numberOf(event));
    assert.equal(read, direction === 'forwards' ? [0, 1, 2] : [2, 1, 0]);
    await end();
  }
});

test.run();

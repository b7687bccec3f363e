/** Copies that SQLite's own means make of a file that is in use. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  copyLog,
  createApplication,
  Documents,
  DomainEvent,
  eventData,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';
import Database from 'better-sqlite3';
import { suite } from 'uvu';
import { sqlite } from '../src/index.ts';
import { temporaryFolder } from './temporary.ts';

const test = suite('backups of a file that is in use');

@DomainEvent('Counted')
class Counted {
  constructor(readonly value: number) {}
}

@Projection('sums', { inline: true })
class Sums extends Documents<{ readonly sum: number }> {
  @On(Counted)
  counted({ data, aggregateId }: RecordedEvent<Counted>) {
    this.put(aggregateId, { sum: (this.get(aggregateId)?.sum ?? 0) + data.value });
  }
}

const open = (file: string) =>
  createApplication({ store: sqlite(file), aggregates: [], events: [Counted], projections: [Sums] });

const ways: Readonly<Record<string, (from: string, to: string) => Promise<unknown>>> = {
  'VACUUM INTO': async (from, to) => {
    const db = new Database(from);
    db.prepare('VACUUM INTO ?').run(to);
    db.close();
  },
  'the online backup': async (from, to) => {
    const db = new Database(from, { readonly: true });
    await db.backup(to);
    db.close();
  },
  copyLog: async (from, to) => {
    const [source, target] = await Promise.all([sqlite(from).open(), sqlite(to).open()]);
    await copyLog(source.events, target.events);
    await Promise.all([source.close(), target.close()]);
  },
};

for (const [way, copy] of Object.entries(ways)) {
  test(`${way} makes a log of its own that is whole and goes on, while the application writes`, async () => {
    const folder = temporaryFolder();
    const [file, backup] = [path.join(folder, 'log.db'), path.join(folder, 'backup.db')];
    await using app = await open(file);
    const count = (value: number) =>
      app.eventStore.append('count-1', [eventData('Counted', { value })], { expectedRevision: 'any' });
    for (let i = 0; i < 50; i += 1) await count(1);
    assert.ok(fs.statSync(`${file}-wal`).size > 0);

    const writing = Promise.all(Array.from({ length: 50 }, () => count(1)));
    await copy(file, backup);
    await writing;

    await using restored = await open(backup);
    await restored.ready(Sums);
    const head = await restored.eventStore.head();
    assert.ok(head >= 50 && head <= 100, String(head));
    assert.deepEqual(await restored.documents(Sums).get('1'), { sum: head });
    const next = await restored.eventStore.append('count-1', [eventData('Counted', { value: 1 })], {
      expectedRevision: head - 1,
    });
    assert.equal(next.position, head + 1);
    assert.deepEqual(await restored.documents(Sums).get('1'), { sum: head + 1 });
  });
}

test('a copy of the file without what stands in its -wal is not the log', async () => {
  const folder = temporaryFolder();
  const [file, backup] = [path.join(folder, 'log.db'), path.join(folder, 'backup.db')];
  await using app = await open(file);
  await app.eventStore.append('count-1', [eventData('Counted', { value: 1 })], { expectedRevision: 'any' });
  fs.copyFileSync(file, backup);

  const events = await open(backup).then(
    async (restored) => {
      const head = await restored.eventStore.head();
      await restored.stop();
      return head;
    },
    () => 0,
  );

  assert.equal(events, 0);
});

test.run();

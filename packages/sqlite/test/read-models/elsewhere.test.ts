/** A log in one file, its read models in another: what one of them loses or is swapped for is found, not resumed on. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  type Application,
  createApplication,
  type DeclareTable,
  Documents,
  DomainEvent,
  eventData,
  On,
  Projection,
  type ProjectionStatus,
  type RecordedEvent,
  Tables,
} from '@tidemark/core';
import Database from 'better-sqlite3';
import { suite } from 'uvu';
import { sqlite } from '../../src/index.ts';
import { temporaryFolder } from '../temporary.ts';

const test = suite('read models in a file of their own');

@DomainEvent('Counted')
class Counted {
  constructor(readonly value: number) {}
}

@Projection('sums')
class Sums extends Documents<{ positions: number[]; sum: number }> {
  @On(Counted)
  counted({ data, position, streamName }: RecordedEvent<Counted>): void {
    const { positions, sum } = this.get(streamName) ?? { positions: [], sum: 0 };
    this.put(streamName, { positions: [...positions, position], sum: sum + data.value });
  }
}

@Projection('counts')
class Counts extends Tables {
  schema(table: DeclareTable): void {
    table('counts', 'position INTEGER PRIMARY KEY, value INTEGER NOT NULL');
  }
  @On(Counted)
  counted({ data, position }: RecordedEvent<Counted>): void {
    this.sql(`INSERT INTO ${this.table('counts')} VALUES (?, ?)`).run(position, data.value);
  }
}

interface Place {
  readonly log: string;
  readonly models: string;
}

const place = (): Place => {
  const folder = temporaryFolder();
  return { log: path.join(folder, 'log.db'), models: path.join(folder, 'read.db') };
};

async function withApp<T>(
  { log, models }: Place,
  run: (app: Application, errors: unknown[]) => Promise<T>,
): Promise<T> {
  const errors: unknown[] = [];
  const app = await createApplication({
    store: sqlite(log),
    readModels: sqlite(models),
    events: [Counted],
    projections: [Sums, Counts],
    onError: (error) => errors.push(error),
  });
  try {
    return await run(app, errors);
  } finally {
    await app.stop();
  }
}

/** Appends these values, and waits until both read models are as far. */
async function count(app: Application, ...values: number[]): Promise<void> {
  const events = values.map((value) => eventData('Counted', { value }));
  const { position = 0 } = await app.eventStore.append('meter-1', events, { expectedRevision: 'any' });
  await Promise.all([app.caughtUp(Sums, position), app.caughtUp(Counts, position)]);
}

async function shown(app: Application) {
  const sums = await app.documents(Sums).get('meter-1');
  const counts = await app.tables(Counts).all('SELECT position, value FROM counts ORDER BY position');
  return { sums, counts: counts.map(({ position, value }) => [position, value]) };
}

const wanted = (...values: number[]) => ({
  sums: { positions: values.map((_, index) => index + 1), sum: values.reduce((sum, value) => sum + value, 0) },
  counts: values.map((value, index) => [index + 1, value]),
});

/** Both are refused, said everywhere, and what was complete is still read; then a rebuild makes both right. */
async function assertFoundAndMended(where: Place, found: RegExp, before: number[], after: number[]): Promise<void> {
  await withApp(where, async (app, errors) => {
    for (const projection of [Sums, Counts]) {
      await assert.rejects(app.caughtUp(projection, 1), { code: 'CHECKPOINT_MISMATCH', message: found });
      const status = await new Promise<ProjectionStatus>((resolve) => app.status$(projection).subscribe(resolve));
      assert.equal(status.state, 'stopped');
      assert.match(String(status.lastError?.message), found);
    }
    const { status, consumers } = await app.health();
    assert.equal(status, 'degraded');
    for (const { advice } of consumers) assert.match(String(advice), /app\.rebuild it, or restore the log/);
    assert.equal(errors.filter((error) => (error as { code?: string }).code === 'CHECKPOINT_MISMATCH').length, 2);
    assert.deepEqual(await shown(app), wanted(...before));

    await (await app.rebuild(Sums, Counts)).done;

    assert.deepEqual(await shown(app), wanted(...after));
    await Promise.all([Sums, Counts].map((projection) => app.caughtUp(projection, 1)));
    assert.equal((await app.health()).status, 'ok');
  });
  await withApp(where, async (app) => {
    await count(app, 100);
    assert.deepEqual(await shown(app), wanted(...after, 100));
  });
}

test('they go on behind their checkpoint, and apply each event once, however often they are opened', async () => {
  const where = place();
  await withApp(where, (app) => count(app, 1, 2, 3));
  await withApp(where, (app) => count(app, 4));
  await withApp(where, async (app) => {
    await count(app, 5);
    assert.deepEqual(await shown(app), wanted(1, 2, 3, 4, 5));
  });
});

test('a log that is moved away from under them, with another in its place, is found', async () => {
  const [where, other] = [place(), place()];
  await withApp(where, (app) => count(app, 1, 2, 3));
  await withApp(other, (app) => count(app, 7, 8, 9, 10));
  await assertFoundAndMended(
    { log: other.log, models: where.models },
    /log \S+, wanted log /,
    [1, 2, 3],
    [7, 8, 9, 10],
  );
});

test('a log that was restored from a backup older than they are is found', async () => {
  const where = place();
  await withApp(where, (app) => count(app, 1, 2, 3));
  fs.copyFileSync(where.log, `${where.log}.backup`);
  await withApp(where, (app) => count(app, 4, 5));
  fs.copyFileSync(`${where.log}.backup`, where.log);
  await assertFoundAndMended(where, /position 5, wanted at most 3/, [1, 2, 3, 4, 5], [1, 2, 3]);
});

test('a restored log that has grown beyond them since is found too', async () => {
  const where = place();
  await withApp(where, (app) => count(app, 1, 2, 3));
  fs.copyFileSync(where.log, `${where.log}.backup`);
  await withApp(where, (app) => count(app, 4, 5));
  fs.copyFileSync(`${where.log}.backup`, where.log);
  await withApp({ ...where, models: place().models }, (app) => count(app, 6, 7, 8));
  await assertFoundAndMended(where, /event \S+ at position 5, wanted event /, [1, 2, 3, 4, 5], [1, 2, 3, 6, 7, 8]);
});

test('a log that has lost its last events is found, before and after others took their places', async () => {
  for (const after of [[], [6, 7, 8]]) {
    const where = place();
    await withApp(where, (app) => count(app, 1, 2, 3, 4, 5));
    const db = new Database(where.log);
    db.prepare('DELETE FROM events WHERE position > 3').run();
    db.close();
    if (after.length > 0) await withApp({ ...where, models: place().models }, (app) => count(app, ...after));
    const found = after.length > 0 ? /event \S+ at position 5, wanted event / : /position 5, wanted at most 3/;
    await assertFoundAndMended(where, found, [1, 2, 3, 4, 5], [1, 2, 3, ...after]);
  }
});

test('a whole file that was restored from a backup, read models and all, is nothing to complain about', async () => {
  const { log } = place();
  const both = { log, models: log };
  const open = () => createApplication({ store: sqlite(both.log), events: [Counted], projections: [Sums, Counts] });
  let app = await open();
  await count(app, 1, 2, 3);
  await app.stop();
  fs.copyFileSync(log, `${log}.backup`);
  app = await open();
  await count(app, 4, 5);
  await app.stop();
  fs.copyFileSync(`${log}.backup`, log);
  app = await open();
  await count(app, 6);
  assert.deepEqual(await shown(app), wanted(1, 2, 3, 6));
  await app.stop();
});

test('an inline projection is refused at the start, as no transaction spans both files', async () => {
  const where = place();
  @Projection('inline-sums', { inline: true })
  class Inline extends Sums {}
  await assert.rejects(
    createApplication({
      store: sqlite(where.log),
      readModels: sqlite(where.models),
      events: [Counted],
      projections: [Inline],
    }),
    { code: 'UNSUPPORTED', message: /declare Inline without `inline`/ },
  );
});

test.run();

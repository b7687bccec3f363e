/** What stands at the path decides whether it is opened, and what is not Tidemark's stays as it was. */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../src/index.ts';
import { applicationId, migrations } from '../src/schema.ts';
import { all, any, numbered } from './events.ts';
import { refused } from './refusals.ts';
import { temporaryFile, temporaryFolder } from './temporary.ts';

const open = (file: string) => sqlite(file, { busyTimeout: 200 }).open();

/** Runs without the rights of root, who may write everywhere. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

async function created(): Promise<string> {
  const file = temporaryFile();
  const stores = await open(file);
  await stores.events.append('account-1', numbered(1), any);
  await stores.close();
  return file;
}

function filesBeside(file: string): readonly string[] {
  return fs.readdirSync(path.dirname(file));
}

test('marks a new file as its own, in its first page', async () => {
  const file = await created();
  const header = fs.readFileSync(file);
  assert.is(header.readUInt32BE(68), applicationId);
  assert.is(header.readUInt32BE(60), migrations.length);
  assert.equal(filesBeside(file), ['log.db']);
});

test('takes an empty file, as made by `touch`, as a new one', async () => {
  const file = temporaryFile();
  fs.writeFileSync(file, '');
  const stores = await open(file);
  await stores.events.append('account-1', numbered(1), any);
  await stores.close();
});

test('takes a file whose creation had crashed as a new one, by its own path and by a link', async () => {
  for (const isLink of [false, true]) {
    const file = temporaryFile();
    const db = new Database(temporaryFile());
    db.pragma('cache_size = 1');
    db.exec('BEGIN; CREATE TABLE things (text TEXT); INSERT INTO things VALUES (randomblob(1000000))');
    // As a crash would leave them: pages are written already, and what stood there before is in the journal.
    for (const ending of ['', '-journal']) fs.copyFileSync(`${db.name}${ending}`, `${file}${ending}`);
    db.close();
    assert.ok(fs.statSync(file).size > 0);
    const link = path.join(temporaryFolder(), 'link.db');
    fs.symlinkSync(file, link);
    const stores = await open(isLink ? link : file);
    await stores.events.append('account-1', numbered(1), any);
    await stores.close();
    assert.equal(filesBeside(file), ['log.db']);
    assert.equal(filesBeside(link), ['link.db']);
  }
});

test('refuses a link to nowhere, and one that leads to itself', async () => {
  const link = path.join(temporaryFolder(), 'link.db');
  fs.symlinkSync(link, link);
  await refused('STORE_CANNOT_OPEN', () => open(link));
  const lost = path.join(temporaryFolder(), 'lost.db');
  fs.symlinkSync(path.join(temporaryFolder(), 'missing', 'log.db'), lost);
  await refused('STORE_CANNOT_OPEN', () => open(lost));
});

test('takes a database without tables as a new one', async () => {
  const file = temporaryFile();
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.close();
  assert.ok(fs.statSync(file).size > 0);
  await (await open(file)).close();
});

test('refuses a file that is no database, and leaves it as it is', async () => {
  for (const text of ['hello', 'x'.repeat(10_000)]) {
    const file = temporaryFile();
    fs.writeFileSync(file, text);
    const error = await refused('STORE_NOT_A_DATABASE', () => open(file));
    assert.match(error.message, file);
    assert.is(fs.readFileSync(file, 'utf8'), text);
    assert.equal(filesBeside(file), ['log.db']);
  }
});

for (const mode of ['DELETE', 'WAL']) {
  test(`refuses the database of another application (${mode}), and leaves it as it is`, async () => {
    for (const owner of [0, 7]) {
      const file = temporaryFile();
      const db = new Database(file);
      db.pragma(`journal_mode = ${mode}`);
      db.pragma(`application_id = ${owner}`);
      db.exec('CREATE TABLE events (id INTEGER PRIMARY KEY)');
      db.close();
      const before = fs.readFileSync(file);
      await refused('STORE_FOREIGN_SCHEMA', () => open(file));
      assert.ok(before.equals(fs.readFileSync(file)));
      assert.equal(filesBeside(file), ['log.db']);
    }
  });
}

test('refuses another application that is writing right now', async () => {
  const file = temporaryFile();
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE things (id INTEGER PRIMARY KEY)');
  await refused('STORE_FOREIGN_SCHEMA', () => open(file));
  db.exec('INSERT INTO things VALUES (1)');
  db.close();
});

test('refuses a file of a newer schema, and leaves it as it is', async () => {
  const file = await created();
  const db = new Database(file);
  db.pragma('user_version = 99');
  db.close();
  const before = fs.readFileSync(file);
  const error = await refused('STORE_NEWER_SCHEMA', () => open(file));
  assert.match(error.message, 'schema version 99');
  assert.ok(before.equals(fs.readFileSync(file)));
});

test('refuses a missing folder, a folder, and a path through a file', async () => {
  const folder = temporaryFolder();
  assert.match(
    (await refused('STORE_CANNOT_OPEN', () => open(path.join(folder, 'no', 'log.db')))).message,
    'found no folder',
  );
  await refused('STORE_CANNOT_OPEN', () => open(folder));
  fs.writeFileSync(path.join(folder, 'file'), 'text');
  await refused('STORE_CANNOT_OPEN', () => open(path.join(folder, 'file', 'log.db')));
  assert.equal(fs.readdirSync(folder), ['file']);
});

test('refuses a read-only file, at once and not at the first append', async () => {
  const file = await created();
  fs.chmodSync(path.dirname(file), 0o777);
  fs.chmodSync(file, 0o444);
  await asNobody(() => refused('STORE_READ_ONLY', () => open(file)));
  fs.chmodSync(file, 0o644);
  const { events, close } = await open(file);
  assert.is((await all(events.readAll())).length, 1);
  await close();
});

test('refuses a read-only folder, with and without a file in it', async () => {
  const file = await created();
  const folder = path.dirname(file);
  fs.chmodSync(file, 0o666);
  fs.chmodSync(folder, 0o555);
  await asNobody(() => refused('STORE_READ_ONLY', () => open(file)));
  await asNobody(() => refused('STORE_READ_ONLY', () => open(path.join(folder, 'new.db'))));
  fs.chmodSync(folder, 0o755);
  assert.equal(filesBeside(file), ['log.db']);
});

test('refuses a folder that may not be looked into', async () => {
  const file = await created();
  fs.chmodSync(path.dirname(file), 0o000);
  await asNobody(() => refused('STORE_CANNOT_OPEN', () => open(file)));
  fs.chmodSync(path.dirname(file), 0o755);
});

test('says so when a file is damaged, and goes on with what is not', async () => {
  const file = temporaryFile();
  const stores = await open(file);
  for (let stream = 0; stream < 40; stream += 1) await stores.events.append(`account-${stream}`, numbered(50), any);
  await stores.close();
  const bytes = fs.readFileSync(file);
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 40_960);
  fs.writeFileSync(file, bytes);
  const { events, close } = await open(file);
  await refused('STORE_CORRUPT', () => all(events.readAll()));
  assert.is((await all(events.readAll({ limit: 10 }))).length, 10);
  await close();
});

test('a database in memory belongs to one opening, and needs no file', async () => {
  const provider = sqlite(':memory:');
  const [first, second] = await Promise.all([provider.open(), provider.open()]);
  await first.events.append('account-1', numbered(2), any);
  assert.is(await first.events.head(), 2);
  assert.is(await second.events.head(), 0);
  assert.is.not(await first.events.logId(), await second.events.logId());
  await Promise.all([first.close(), second.close()]);
  assert.not(fs.existsSync(':memory:'));
});

test.run();

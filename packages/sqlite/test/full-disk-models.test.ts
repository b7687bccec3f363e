/** A full disk while a read model is written, on its own or inside of an append: whole or not at all, and told apart. */
import type { ModelSession } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { any, numbered, places } from './events.ts';
import { counted, counting } from './inline/counting.ts';
import { type Opened, opened } from './opened.ts';
import { balances, change, checkpoint, document, serve, table } from './read-models/models.ts';
import { refused } from './refusals.ts';
import { temporaryFile } from './temporary.ts';

function leaveRoom({ db }: Opened, pages: number): void {
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + pages}`);
}

function makeRoom({ db }: Opened): void {
  db.pragma('max_page_count = 1000000');
}

const large = 'x'.repeat(200_000);

async function filled() {
  const stores = await opened(temporaryFile());
  const { id } = await serve(stores.readModels, balances, { shape: { indexes: [], tables: [table('rows')] } });
  const write = (act: (session: ModelSession) => void) =>
    stores.readModels.transact(id, {
      expected: undefined,
      run: (session) => {
        session.write('half', document(1));
        act(session);
        return checkpoint(1);
      },
    });
  const keys = () => stores.readModels.scan(id, { limit: 9 }).map(({ key }) => key);
  return { ...stores, id, write, keys };
}

const ways: readonly (readonly [title: string, act: (session: ModelSession) => void])[] = [
  ['a document', (session) => session.write('large', document(large))],
  ['a row', (session) => session.statement(`INSERT INTO ${session.tableName('rows')} VALUES (?, 1)`).run(large)],
];
for (const [title, act] of ways) {
  test(`${title} that does not fit fails its transaction with disk_full, and nothing of it is stored`, async () => {
    const { write, keys, ...stores } = await filled();
    leaveRoom(stores, 10);
    await refused('STORE_DISK_FULL', () => write(act));
    assert.equal(keys(), []);
    assert.is(stores.readModels.builds()[0]?.checkpoint, undefined);
    makeRoom(stores);
    await write(act);
    assert.equal(keys().slice(0, 1), ['half']);
    await stores.close();
  });

  test(`${title} that does not fit fails it also where the handler keeps silent and goes on`, async () => {
    const { write, keys, id, ...stores } = await filled();
    leaveRoom(stores, 10);
    const silent = (session: ModelSession) => {
      assert.throws(
        () => session.guarded(() => act(session)),
        (error: { code: string }) => error.code === 'STORE_DISK_FULL',
      );
      assert.throws(
        () => session.write('outside', document(1)),
        (error: { code: string }) => error.code === 'CLOSED',
      );
    };
    const neighbour = change(stores.readModels, id, (session) => session.write('small', document(1)));
    await refused('STORE_DISK_FULL', () => write(silent));
    await neighbour;
    assert.equal(keys(), ['small']);
    await stores.close();
  });
}

/** A file with an inline projection, and room for little more. */
async function nearlyFull() {
  const stores = await opened(temporaryFile());
  const projection = await counting(stores);
  await stores.events.append('account-0', numbered(1), any);
  projection.taken();
  leaveRoom(stores, 10);
  return { ...stores, projection };
}

/** Writes a document that does not fit, and keeps silent about that where it is told to. */
function fill(session: ModelSession | undefined, isSilent: boolean): void {
  try {
    session?.write('large', document(large));
  } catch (error) {
    if (!isSilent) throw error;
  }
}

for (const isSilent of [false, true]) {
  const title = `a projection that fills the disk${isSilent ? ' and keeps silent' : ''}`;
  test(`${title} fails its own append; the others of the group are stored, each once`, async () => {
    const { projection, ...stores } = await nearlyFull();
    projection.onAppend = (session, [event]) => {
      if (event?.streamName === 'account-2') fill(session, isSilent);
    };
    const names = ['account-1', 'account-2', 'account-3'];
    const settled = await Promise.allSettled(names.map((name) => stores.events.append(name, numbered(2), any)));
    assert.equal(codes(settled), ['stored', 'STORE_DISK_FULL', 'stored']);
    const expected = ['account-0:0', 'account-1:0', 'account-1:1', 'account-3:0', 'account-3:1'];
    assert.equal(await places(stores.events), expected);
    assert.equal(counted(stores.readModels, projection.build), ['account-0=1', 'account-1=2', 'account-3=2']);
    assert.equal(
      projection.taken().map((call) => call.split(' ')[0]),
      [...['begin', 'append', 'append', 'rolledBack'], ...['begin', 'append', 'append', 'flush', 'committed']],
    );
    await stores.close();
  });

  test(`${title} in flush fails all appends of the transaction, and nothing of them is stored`, async () => {
    const { projection, ...stores } = await nearlyFull();
    projection.onFlush = () => {
      fill(projection.transaction?.session(projection.build), isSilent);
      // What comes next is refused, and this way out is silent, too.
      projection.onFlush = undefined;
      projection.forget();
    };
    const names = ['account-1', 'account-2'];
    const settled = await Promise.allSettled(names.map((name) => stores.events.append(name, numbered(1), any)));
    assert.equal(codes(settled), ['STORE_DISK_FULL', 'STORE_DISK_FULL']);
    assert.equal(await places(stores.events), ['account-0:0']);
    assert.equal(counted(stores.readModels, projection.build), ['account-0=1']);
    await stores.close();
  });
}

function codes(settled: readonly PromiseSettledResult<unknown>[]): readonly string[] {
  return settled.map((each) => (each.status === 'fulfilled' ? 'stored' : each.reason.code));
}

test.run();

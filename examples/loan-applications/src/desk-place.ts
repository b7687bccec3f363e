/** Where a run keeps what it records: in a SQLite file, or on an EventStoreDB server with the read models in a file beside. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreDB } from '@tidemark/eventstoredb';
import { startTestServer } from '@tidemark/eventstoredb/test-server';
import { sqlite } from '@tidemark/sqlite';
import { type DeskFound, lookInto, nothingFound } from './desk-file.ts';
import { lookAtServer } from './desk-server.ts';
import type { DeskStores } from './loan-desk.ts';
import { type Options, testServer } from './options.ts';

export interface DeskPlace extends DeskStores {
  /** The SQLite file: with everything, or with the read models of a server's log. */
  readonly file: string;
  /** Whether the file was named, and stays when the run is over. */
  readonly kept: boolean;
  /** What holds the log, for messages: the file, or the server without its password. */
  readonly holder: string;
  /** What is there already. Throws where that is not a loan desk's, or cannot be read. */
  look(application: string | undefined): Promise<DeskFound>;
  /** A temporary file goes, unless it holds a log that is to be gone on with; a test server ends. */
  leave(options: { readonly goesOn: boolean }): Promise<void>;
}

/** How long a server is waited for before anything is done, in milliseconds. Later on the store's own patience holds. */
const firstPatience = { timeout: 5_000, retryFor: 5_000 };

export async function takePlace({ store, db, durability }: Options): Promise<DeskPlace> {
  const temporary = db === undefined ? await mkdtemp(join(tmpdir(), 'loan-applications-')) : undefined;
  const place = { file: db ?? join(temporary ?? '', 'loan-applications.db'), kept: db !== undefined };
  const removeTemporary = async () => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };
  if (store === undefined) return inFile(sqlite(place.file, { durability }), place, removeTemporary);
  const server = store === testServer ? await startTestServer() : undefined;
  return onServer(server?.connectionString ?? store, place, async () => {
    await server?.stop();
    await removeTemporary();
  });
}

function inFile(
  store: DeskStores['store'],
  { file, kept }: Pick<DeskPlace, 'file' | 'kept'>,
  removeTemporary: () => Promise<void>,
): DeskPlace {
  return {
    store,
    file,
    kept,
    holder: file,
    look: async (application) => (existsSync(file) ? await lookInto(store, file, application) : nothingFound),
    leave: async ({ goesOn }) => {
      if (!goesOn) await removeTemporary();
    },
  };
}

function onServer(
  address: string,
  { file, kept }: Pick<DeskPlace, 'file' | 'kept'>,
  leave: () => Promise<void>,
): DeskPlace {
  const store = eventStoreDB(address);
  // After a power cut the last of them are missing with their checkpoint, and are taken from the log again.
  const readModels = sqlite(file, { durability: 'normal' });
  return {
    store,
    readModels,
    file,
    kept,
    holder: store.description,
    look: (application) =>
      lookAtServer({
        store: eventStoreDB(address, firstPatience),
        readModels: existsSync(file) ? readModels : undefined,
        file,
        server: store.description,
        application,
      }),
    leave,
  };
}

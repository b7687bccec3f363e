/**
 * What stands on a server, and in the file of its read models, before anything is done with them. A server may hold other
 * applications' logs too: theirs are streams of other categories. A file holds read models of one log.
 */
import { type EventStore, type StoreProvider, type Stores, TidemarkError } from '@tidemark/core';
import { type DeskFound, described, foreignModel, hasApplication, isOwn, ownCategory } from './desk-file.ts';

/** The streams of loan applications on the server are somebody else's. Nothing was written. */
export class ForeignStreamsError extends TidemarkError {
  readonly wanted: string;

  constructor(
    readonly server: string,
    readonly found: string,
  ) {
    const wanted = `streams '${ownCategory}-…' of a loan desk, or none`;
    super('FOREIGN_STREAMS', `${server}: found ${found}, wanted ${wanted}`);
    this.wanted = wanted;
  }
}

/** The file does not hold the read models of the log on the server. Nothing was written into it. */
export class ForeignReadModelsError extends TidemarkError {
  readonly wanted: string;

  constructor(
    readonly file: string,
    readonly found: string,
    server: string,
  ) {
    const wanted = `the read models of ${server}, or a file that does not exist yet`;
    super('FOREIGN_READ_MODELS', `${file}: found ${found}, wanted ${wanted}`);
    this.wanted = wanted;
  }
}

interface ServerLook {
  readonly store: StoreProvider;
  /** Where their file exists. */
  readonly readModels: StoreProvider | undefined;
  readonly file: string;
  /** Without secrets. */
  readonly server: string;
  readonly application: string | undefined;
}

/** Throws `ForeignStreamsError`, `ForeignReadModelsError`, and what reaching the server or opening the file throws. */
export async function lookAtServer({ store, readModels, file, server, application }: ServerLook): Promise<DeskFound> {
  const { events, close } = await store.open();
  try {
    const first = await firstOf(events);
    if (first !== undefined && !isOwn(first)) throw new ForeignStreamsError(server, described(first));
    if (readModels !== undefined) {
      const found = await foreignIn(readModels, await events.logId());
      if (found !== undefined) throw new ForeignReadModelsError(file, found, server);
    }
    return { begun: first !== undefined, hasApplication: await hasApplication(events, application) };
  } finally {
    await close();
  }
}

/** The first event of the desk's category: the server looks for it, whatever else it holds. */
async function firstOf(events: EventStore) {
  for await (const message of events.subscribeToAll({ filter: { categories: [ownCategory] } })) {
    if (message.kind === 'events') return message.events[0];
    if (message.kind === 'empty' || message.caughtUp) return undefined;
  }
  return undefined;
}

async function foreignIn(readModels: StoreProvider, logId: string): Promise<string | undefined> {
  const stores = await readModels.open();
  try {
    return await foreignModels(stores, logId);
  } finally {
    await stores.close();
  }
}

async function foreignModels({ events, readModels }: Stores, logId: string): Promise<string | undefined> {
  if ((await events.head()) > 0) return 'a log of its own';
  const builds = readModels.builds();
  const foreign = foreignModel(builds);
  if (foreign !== undefined) return `the read model '${foreign}'`;
  const isOfAnother = builds.some(({ checkpoint }) => checkpoint !== undefined && checkpoint.logId !== logId);
  return isOfAnother ? 'read models of another log' : undefined;
}

/** What stands in a file before anything is done with it, so that a file of somebody else's is left as it is. */
import {
  type EventStore,
  type StoreProvider,
  type Stores,
  StreamNotFoundError,
  streamName,
  TidemarkError,
} from '@tidemark/core';
import { offerEvents, statusEvents, workEvents } from './domain/events.ts';

/** The file holds the log of another application. Nothing was written into it. */
export class ForeignLogError extends TidemarkError {
  readonly wanted: string;

  constructor(
    readonly file: string,
    readonly found: string,
  ) {
    super('FOREIGN_LOG', `${file} holds the log of another application: found ${found}, wanted ${wanted}`);
    this.wanted = wanted;
  }
}

const wanted = "a loan desk's own log, or a file that does not exist yet";

export interface DeskFile {
  /** Whether anything is recorded of the application that was asked for. */
  readonly hasApplication: boolean;
}

const ownCategory = 'application';
const ownTypes: ReadonlySet<string> = new Set([...statusEvents, ...offerEvents, ...workEvents].map(({ name }) => name));
const ownModels: ReadonlySet<string> = new Set([
  'funnel',
  'decisions',
  'offers',
  'workload',
  'open-applications',
  'variants',
]);

/** Looks into a file that exists. Throws `ForeignLogError`, and what opening it throws. */
export async function lookInto(store: StoreProvider, file: string, application?: string): Promise<DeskFile> {
  const stores = await store.open();
  try {
    await assertOwn(stores, file);
    const hasApplication =
      application !== undefined && (await hasStream(stores.events, streamName(ownCategory, application)));
    return { hasApplication };
  } finally {
    await stores.close();
  }
}

/** The ends of the log tell, and the read models, also where there is no event yet. */
async function assertOwn({ events, readModels }: Stores, file: string): Promise<void> {
  for (const direction of ['forwards', 'backwards'] as const) {
    for await (const { type, streamName: stream, category, position } of events.readAll({ direction, limit: 1 })) {
      if (category === ownCategory && ownTypes.has(type)) continue;
      throw new ForeignLogError(file, `'${type}' of '${stream}' as event ${position}`);
    }
  }
  const foreign = readModels.builds().find(({ name }) => !ownModels.has(name));
  if (foreign !== undefined) throw new ForeignLogError(file, `the read model '${foreign.name}'`);
}

async function hasStream(events: EventStore, stream: string): Promise<boolean> {
  try {
    for await (const _ of events.readStream(stream, { limit: 1 })) return true;
    return false;
  } catch (error) {
    if (error instanceof StreamNotFoundError) return false;
    throw error;
  }
}

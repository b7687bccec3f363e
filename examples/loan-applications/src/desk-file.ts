/** What stands in a file before anything is done with it, so that a file of somebody else's is left as it is. */
import {
  type EventStore,
  type ModelBuild,
  type StoredEvent,
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

export interface DeskFound {
  /** Whether any step is recorded. */
  readonly begun: boolean;
  /** Whether anything is recorded of the application that was asked for. */
  readonly hasApplication: boolean;
}

export const nothingFound: DeskFound = { begun: false, hasApplication: false };

/** Of the streams of loan applications. */
export const ownCategory = 'application';
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
export async function lookInto(store: StoreProvider, file: string, application?: string): Promise<DeskFound> {
  const stores = await store.open();
  try {
    const begun = await assertOwn(stores, file);
    return { begun, hasApplication: await hasApplication(stores.events, application) };
  } finally {
    await stores.close();
  }
}

export function isOwn({ category, type }: StoredEvent): boolean {
  return category === ownCategory && ownTypes.has(type);
}

export async function hasApplication(events: EventStore, application: string | undefined): Promise<boolean> {
  return application !== undefined && (await hasStream(events, streamName(ownCategory, application)));
}

/** The ends of the log tell, and the read models, also where there is no event yet. True where there is one. */
async function assertOwn({ events, readModels }: Stores, file: string): Promise<boolean> {
  let begun = false;
  for (const direction of ['forwards', 'backwards'] as const) {
    for await (const event of events.readAll({ direction, limit: 1 })) {
      if (!isOwn(event)) throw new ForeignLogError(file, described(event));
      begun = true;
    }
  }
  const builds = readModels.builds();
  const foreign = foreignModel(builds);
  if (foreign !== undefined) throw new ForeignLogError(file, `the read model '${foreign}'`);
  if (!begun && builds.some(({ checkpoint }) => checkpoint !== undefined))
    throw new ForeignLogError(file, 'read models of a log on a server');
  return begun;
}

/** The name of a read model that no loan desk has. */
export function foreignModel(builds: readonly ModelBuild[]): string | undefined {
  return builds.find(({ name }) => !ownModels.has(name))?.name;
}

export function described({ type, streamName: stream, position }: StoredEvent): string {
  return `'${type}' of '${stream}' as event ${position}`;
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

/** The words that the rules about read models are written in. */
import type {
  Checkpoint,
  DeadLetter,
  Fence,
  ModelKey,
  ModelShape,
  Position,
  ReadModelStore,
  StoredDocument,
} from '@tidemark/core';

export const balances: ModelKey = { name: 'balances', version: 1 };

/** Documents that queries cannot ask for, and no tables. */
export const plainShape: ModelShape = { indexes: [], tables: [] };

/** The id of a build that was begun, with nothing in it. */
export async function begun(store: ReadModelStore, model = balances, shape = plainShape): Promise<number> {
  return (await store.begin(model, shape)).id;
}

/** A build that is filled becomes what readers see. */
export function serve(store: ReadModelStore, id: number): Promise<void> {
  return store.changeStates([{ id, from: 'building', to: 'served' }]);
}

export function document(balance: number): StoredDocument {
  return { json: `{"balance":${balance}}`, types: null };
}

export function checkpoint(position: Position): Checkpoint {
  return { logId: 'log', position, eventId: `event ${position}` };
}

export function letter(position: Position, fields: Partial<DeadLetter> = {}): DeadLetter {
  return {
    position,
    eventId: `event ${position}`,
    streamName: 'account-1',
    revision: position,
    type: 'Numbered',
    error: 'RangeError: too much',
    attempts: 4,
    parkedAt: 1_700_000_000_000,
    ...fields,
  };
}

export type Documents = Readonly<Record<string, StoredDocument | null>>;

/** One transaction: writes these documents (`null` removes) and moves the checkpoint. */
export async function change(
  store: ReadModelStore,
  id: number,
  documents: Documents,
  { from, to, fence }: { from: Position | undefined | 'any'; to: Position; fence?: Fence },
): Promise<void> {
  await store.transact(id, {
    expected: from,
    fence,
    run(session) {
      for (const [key, value] of Object.entries(documents)) session.write(key, value);
      return checkpoint(to);
    },
  });
}

/** Everything that a build shows, to see that it is as it was. */
export function contents(store: ReadModelStore, id: number): unknown {
  return { documents: store.scan(id, { limit: 10_000 }), parked: store.parked(id), build: buildAt(store, id) };
}

export function buildAt(store: ReadModelStore, id: number) {
  return store.builds().find((build) => build.id === id);
}

export function checkpointOf(store: ReadModelStore, id: number): Checkpoint | undefined {
  return buildAt(store, id)?.checkpoint;
}

export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}

/** What became of promises, as a sorted list of `fulfilled` and codes. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const settled = await Promise.allSettled(promises);
  return settled
    .map((outcome) => (outcome.status === 'fulfilled' ? 'fulfilled' : String(codeOf(outcome.reason) ?? outcome.reason)))
    .toSorted();
}

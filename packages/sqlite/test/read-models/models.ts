/** Read models for tests, without a projection behind them. */
import type {
  Checkpoint,
  ModelBuild,
  ModelSession,
  ModelShape,
  ReadModelStore,
  StoredDocument,
  TableShape,
} from '@tidemark/core';

export const balances = { name: 'balances', version: 1 } as const;
export const bare: ModelShape = { indexes: [], tables: [] };

export function table(name: string, columns = 'id TEXT PRIMARY KEY, amount INTEGER', indexes: readonly string[] = []) {
  return { name, columns, indexes } satisfies TableShape;
}

export function document(value: unknown): StoredDocument {
  return { json: JSON.stringify(value), types: null };
}

export function checkpoint(position: number): Checkpoint {
  return { logId: 'log', position, eventId: `event-${position}` };
}

/** Does `act` in one transaction, and leaves the checkpoint as it is. */
export async function change(
  readModels: ReadModelStore,
  id: number,
  act: (session: ModelSession) => unknown,
): Promise<void> {
  const run = (session: ModelSession) => void act(session);
  await readModels.transact(id, { expected: 'any', run });
}

/** A build that is served, in place of the one before of that version, which is dropped. */
export async function serve(
  readModels: ReadModelStore,
  model: { readonly name: string; readonly version: number },
  { shape = bare, fill = () => {} }: { shape?: ModelShape; fill?: (session: ModelSession) => unknown } = {},
): Promise<ModelBuild> {
  const build = await readModels.begin(model, shape);
  await change(readModels, build.id, fill);
  const old = readModels
    .builds()
    .find(({ name, version, state }) => name === model.name && version === model.version && state === 'served');
  await readModels.changeStates([
    { id: build.id, from: 'building', to: 'served' },
    ...(old === undefined ? [] : [{ id: old.id, from: 'served', to: 'kept' } as const]),
  ]);
  if (old !== undefined) await readModels.drop(old.id);
  return { ...build, state: 'served' };
}

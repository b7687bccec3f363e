import { ReadModelNotReadyError } from '../application-errors.ts';
import type { Position } from '../event/revision.ts';
import type { ModelKey, ReadModelStore } from '../store/read-model-store.ts';

export interface ServedModel {
  readonly model: ModelKey;
  readonly store: ReadModelStore;
  /** How far the projection is, for the error. */
  readonly position: () => Position;
}

/** The build that readers see at this moment. Throws `ReadModelNotReadyError` where there has never been one. */
export function servedBuild({ model, store, position }: ServedModel): number {
  const build = store.served(model);
  if (build === undefined) throw new ReadModelNotReadyError(model.name, position());
  return build;
}

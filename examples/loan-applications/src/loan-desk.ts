/** The loan desk as an application. Its read models need a store with SQL tables, its commands any store. */
import { type Application, type CaughtUpOptions, createApplication, type StoreProvider } from '@tidemark/core';
import { combineLatest, map, type Observable } from 'rxjs';
import { LoanApplication } from './domain/loan-application.ts';
import { followedModels, inlineModels, type ReadModelClass, readModels, readModelsFor } from './read-models/index.ts';
import { FollowedOpenApplications } from './read-models/open-applications.ts';

/** What a desk keeps its log in, and its read models where they are elsewhere. */
export interface DeskStores {
  readonly store: StoreProvider;
  /** `undefined`: in `store`. A server has no inline projections, and none is kept inline then. */
  readonly readModels?: StoreProvider | undefined;
}

/** With all read models; for an import with those alone that go along with it. */
export function openDesk(
  { store, readModels: elsewhere }: DeskStores,
  what: 'all' | 'import' = 'all',
): Promise<Application> {
  if (elsewhere === undefined) return openLoanDesk(store, what === 'all' ? readModels : inlineModels);
  return openDistantLoanDesk(store, elsewhere, what === 'all' ? followedModels : [FollowedOpenApplications]);
}

/** Without read models where only commands are to be handled. */
export function openLoanDesk(
  store: StoreProvider,
  models: readonly ReadModelClass[] = readModels,
): Promise<Application> {
  return createApplication({ store, aggregates: [LoanApplication], projections: models });
}

/** The loan desk on a server: its read models are kept in `elsewhere`, and none is kept inline. */
export function openDistantLoanDesk(
  store: StoreProvider,
  elsewhere: StoreProvider,
  models: readonly ReadModelClass[] = followedModels,
): Promise<Application> {
  return createApplication({ store, readModels: elsewhere, aggregates: [LoanApplication], projections: models });
}

/** Every read model has everything up to `position`. */
export async function readModelsCaughtUp(app: Application, position: number, options: CaughtUpOptions): Promise<void> {
  for (const model of readModelsFor(app.eventStore.capabilities)) await app.caughtUp(model, position, options);
}

/** How far the slowest read model is. */
export function slowestReadModel$(app: Application): Observable<number> {
  const statuses = readModelsFor(app.eventStore.capabilities).map((model) => app.status$(model));
  return combineLatest(statuses).pipe(map((all) => Math.min(...all.map(({ position }) => position))));
}

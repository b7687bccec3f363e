/** The loan desk as an application. Its read models need a store with SQL tables, its commands any store. */
import { type Application, type CaughtUpOptions, createApplication, type StoreProvider } from '@tidemark/core';
import { combineLatest, map, type Observable } from 'rxjs';
import { LoanApplication } from './domain/loan-application.ts';
import { followedModels, type ReadModelClass, readModels, readModelsFor } from './read-models/index.ts';

/** Without read models where only commands are to be handled. */
export function openLoanDesk(
  store: StoreProvider,
  models: readonly ReadModelClass[] = readModels,
): Promise<Application> {
  return createApplication({ store, aggregates: [LoanApplication], projections: models });
}

/** The loan desk on a server: its read models are kept elsewhere, and none is kept inline. */
export function openDistantLoanDesk(store: StoreProvider, models: StoreProvider): Promise<Application> {
  return createApplication({ store, readModels: models, aggregates: [LoanApplication], projections: followedModels });
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

import { StaleReadModelError } from '../application-errors.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Fence } from '../store/lease-store.ts';
import type { ModelBuild, ModelShape, ReadModelStore } from '../store/read-model-store.ts';

/**
 * Refuses a served build that these declarations would have filled otherwise: with `StaleReadModelError`. That is so
 * where indexes or tables differ, and where a type of event was added, by a handler or an upcaster, of which there are
 * events at or before the checkpoint: they were passed by. (What handlers do with events cannot be seen.)
 */
export async function assertFresh(
  { id, name, checkpoint }: ModelBuild,
  shape: ModelShape,
  { events, readModels, fence }: { events: EventStore; readModels: ReadModelStore; fence: Fence },
): Promise<void> {
  const found = readModels.shapeOf(id);
  for (const part of ['indexes', 'tables'] as const) {
    if (JSON.stringify(found[part]) === JSON.stringify(shape[part])) continue;
    throw new StaleReadModelError(name, `${part} ${JSON.stringify(found[part])}`, JSON.stringify(shape[part]));
  }
  const { types = [] } = shape;
  const added = types.filter((type) => found.types?.includes(type) === false);
  if (added.length > 0 && checkpoint !== undefined) {
    for await (const { position, type } of events.readAll({ filter: { types: added }, limit: 1 })) {
      if (position > checkpoint.position) break;
      const what = `a read model up to position ${checkpoint.position} that passed ${type} by, the first at ${position}`;
      throw new StaleReadModelError(name, what, 'one that took it in');
    }
  }
  if (JSON.stringify(found.types) !== JSON.stringify(types)) await readModels.changeTypes(id, types, fence);
}

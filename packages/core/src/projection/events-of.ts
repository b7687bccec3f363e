import type { EventClass } from '../event/domain-event.ts';
import { isLiveProjection, type LiveProjection } from './live/live.ts';
import { type ProjectionClass, projectionOf } from './projection.ts';

/** The event classes that a projection takes in; of a live one, those its filter names. Throws `ConfigurationError`. */
export function eventsOf(projection: ProjectionClass | LiveProjection): readonly EventClass[] {
  if (!isLiveProjection(projection)) return projectionOf(projection).events;
  return (projection.filter.types ?? []).filter((type) => typeof type === 'function');
}

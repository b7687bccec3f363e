import { ArgumentError, ConfigurationError } from '../errors.ts';
import { type EventClass, eventNameOf } from '../event/domain-event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import { describe } from '../shared/describe.ts';
import { assertFilter, type EventFilter, type Filterable, filterTest } from '../store/event-filter.ts';

/** Which events a consumer wants: AND between the kinds, OR within one. Types mean what events are after upcasting. */
export interface ConsumerFilter {
  readonly categories?: readonly string[] | undefined;
  /** Event classes, or names. */
  readonly types?: readonly (EventClass | string)[] | undefined;
  /** Beginnings of stream names. */
  readonly prefixes?: readonly string[] | undefined;
}

export interface ResolvedFilter {
  /** For the store: every stored type that can become a wanted one. */
  readonly stored: EventFilter;
  /** For what came out of upcasting. */
  readonly wanted: (event: Filterable) => boolean;
  /** Whether types were named: then every matching event has to be understood. */
  readonly demanding: boolean;
}

/** Throws `ArgumentError` for what is no filter, `ConfigurationError` for a class that is no registered event. */
export function resolveFilter(filter: ConsumerFilter, registry: EventRegistry): ResolvedFilter {
  if (typeof filter !== 'object' || filter === null) throw new ArgumentError('filter', describe(filter), 'an object');
  if (filter.types !== undefined && !Array.isArray(filter.types))
    throw new ArgumentError('filter.types', describe(filter.types), 'an array of event classes or texts');
  const types = filter.types?.map((type) => typeName(type, registry));
  const now: EventFilter = { ...filter, types };
  assertFilter(now);
  const stored: EventFilter = { ...now, types: types && registry.widen(types) };
  return { stored, wanted: filterTest(now), demanding: types !== undefined };
}

function typeName(type: EventClass | string, registry: EventRegistry): string {
  if (typeof type === 'string') return type;
  const name = typeof type === 'function' ? eventNameOf(type)?.type : undefined;
  if (name === undefined || !registry.has(type)) {
    const found = typeof type === 'function' ? type.name : describe(type);
    throw new ConfigurationError(`a filter names ${found}, which is not a registered event`, [found]);
  }
  return name;
}

import { ConfigurationError } from '../errors.ts';
import { type EventClass, eventNameOf } from '../event/domain-event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import { assertFilter, type EventFilter, type Filterable, filterTest } from '../store/event-filter.ts';

/**
 * Which events a consumer wants: AND between the kinds, OR within one. Types mean what events are after upcasting. A list
 * without names could match nothing, and is refused.
 */
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
  // Not `undefined`, which a store takes for everything.
  const now: unknown = withNames(filter ?? null, registry);
  assertFilter(now);
  const types = now?.types;
  const stored: EventFilter = { ...now, types: types && registry.widen(types) };
  return { stored, wanted: filterTest(now), demanding: types !== undefined };
}

function withNames(filter: unknown, registry: EventRegistry): unknown {
  const types: unknown = (filter as ConsumerFilter | null)?.types;
  if (!Array.isArray(types)) return filter;
  return { ...(filter as object), types: types.map((type: unknown) => typeName(type, registry)) };
}

/** What is neither a name nor a class is left for `assertFilter` to refuse. */
function typeName(type: unknown, registry: EventRegistry): unknown {
  if (typeof type !== 'function') return type;
  const name = eventNameOf(type as EventClass)?.type;
  if (name !== undefined && registry.has(type as EventClass)) return name;
  throw new ConfigurationError(`a filter names ${type.name}, which is not a registered event`, [type.name]);
}

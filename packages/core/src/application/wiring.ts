/** Checks an application's declarations against one another, before anything is opened. */

import { CommandBus } from '../aggregate/command-bus.ts';
import { type AggregateClass, aggregateTypeOf } from '../aggregate/to-aggregate-type.ts';
import type { AggregateType } from '../decider/aggregate-type.ts';
import type { DeciderDefinition } from '../decider/decider.ts';
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { assertArray } from '../event/argument-kinds.ts';
import type { EventClass } from '../event/domain-event.ts';
import { EventRegistry } from '../event/event-registry.ts';
import type { Upcaster } from '../event/upcaster.ts';
import { isLiveProjection, type LiveProjection } from '../projection/live/live.ts';
import { type ProjectionClass, type ProjectionDefinition, projectionOf } from '../projection/projection.ts';
import type { AnyClass } from '../shared/class-metadata.ts';
import { describe } from '../shared/describe.ts';
import { resolveFilter } from '../subscription/consumer-filter.ts';

export interface Declarations {
  readonly aggregates?: readonly (AggregateClass | DeciderDefinition)[] | undefined;
  readonly projections?: readonly (ProjectionClass | LiveProjection)[] | undefined;
  /** Events that no aggregate of this application applies: those of other parts of the log. */
  readonly events?: readonly EventClass[] | undefined;
  /** `@Value` classes that stand inside events, documents and states. */
  readonly values?: readonly AnyClass[] | undefined;
  readonly upcasters?: readonly Upcaster[] | undefined;
}

export class Wiring {
  readonly registry: EventRegistry;
  readonly bus: CommandBus;
  readonly projections: ReadonlyMap<unknown, ProjectionDefinition>;
  readonly live: readonly LiveProjection[];
  readonly #types: ReadonlyMap<unknown, AggregateType>;

  /** Throws `ConfigurationError`, which names both places where two contradict each other, and `ArgumentError` for what is no list. */
  constructor(declarations: Declarations) {
    for (const key of lists) if (declarations[key] !== undefined) assertArray(key, declarations[key]);
    const { aggregates = [], projections = [], events = [], values = [], upcasters = [] } = declarations;
    this.#types = new Map(aggregates.map((aggregate) => [aggregate, typeOf(aggregate)]));
    const types = [...this.#types.values()];
    this.bus = new CommandBus(types);
    const known = new Set([...types.flatMap((type) => type.events), ...events]);
    this.registry = new EventRegistry({ events: [...known], values, upcasters });
    this.live = [...new Set(projections.filter(isLiveProjection))];
    const classes = projections.filter((projection) => !isLiveProjection(projection)) as readonly ProjectionClass[];
    this.projections = new Map(classes.map((projection) => [projection, projectionOf(projection)]));
    this.#checkProjections();
    this.#checkLive();
  }

  #checkLive(): void {
    const names = new Set<string>();
    for (const { name, filter } of this.live) {
      if (names.has(name)) throw new ConfigurationError(`two live projections are '${name}'`, [name]);
      names.add(name);
      resolveFilter(filter, this.registry);
    }
  }

  /** Throws `ArgumentError` for an aggregate that the application was not given. */
  aggregate(aggregate: unknown): AggregateType {
    const type = this.#types.get(aggregate);
    if (type !== undefined) return type;
    throw new ArgumentError('aggregate', describe(aggregate), 'one of the `aggregates` of this application');
  }

  #checkProjections(): void {
    const names = new Map<string, ProjectionDefinition>();
    const tables = new Map<string, ProjectionDefinition>();
    for (const definition of this.projections.values()) {
      const { target, model, events } = definition;
      const other = names.get(model.name);
      if (other !== undefined && other.model.version === model.version) {
        const places = [other.target.name, target.name];
        throw new ConfigurationError(
          `two projections are '${model.name}' version ${model.version}: ${places.join(' and ')}`,
          places,
        );
      }
      names.set(model.name, definition);
      for (const table of definition.shape.tables) takeTable(tables, table.name, definition);
      for (const event of events) {
        if (this.registry.has(event)) continue;
        throw new ConfigurationError(
          `projection ${target.name} is on ${event.name}, which no aggregate applies and \`events\` does not name`,
          [target.name, event.name],
        );
      }
    }
  }
}

/** Readers find a table under its plain name, whatever the case of its letters. Versions of one projection share theirs. */
function takeTable(tables: Map<string, ProjectionDefinition>, table: string, by: ProjectionDefinition): void {
  const other = tables.get(table.toLowerCase());
  if (other !== undefined && other.model.name !== by.model.name) {
    const places = [other.target.name, by.target.name];
    throw new ConfigurationError(`two projections declare the table '${table}': ${places.join(' and ')}`, places);
  }
  tables.set(table.toLowerCase(), by);
}

const lists = ['aggregates', 'projections', 'events', 'values', 'upcasters'] as const;

function typeOf(aggregate: AggregateClass | DeciderDefinition): AggregateType {
  if (typeof aggregate === 'function') return aggregateTypeOf(aggregate) as AggregateType;
  if (typeof aggregate?.type?.decide === 'function') return aggregate.type;
  throw new ArgumentError('aggregates', describe(aggregate), 'classes with @Aggregate, or what `decider` makes');
}

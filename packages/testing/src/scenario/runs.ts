/**
 * The two ways a scenario runs. Straight: the aggregate's functions, called with the very objects of the test. Stored:
 * an application on a memory store, where each event is written as text and read again, and the state likewise after
 * each of them, as a snapshot could be taken anywhere.
 */
import {
  type AggregateClass,
  type AggregateType,
  type Application,
  aggregateTypeOf,
  type Clock,
  type CommandClass,
  type CommandContext,
  createApplication,
  type DeciderDefinition,
  EventRegistry,
  type ExecuteOptions,
  type Loaded,
  memory,
  type RegistryOptions,
  randomIds,
  StreamNotFoundError,
  streamName,
  type Upcaster,
  type ValueClasses,
} from '@tidemark/core';
import { countingIds } from '../counting-ids.ts';
import { manualClock } from '../manual-clock.ts';

export interface ScenarioOptions {
  /** What handlers get as `context.services`. */
  readonly services?: unknown;
  /** Default: a clock that stands at the beginning of 2026. `context.ids` counts in any case. */
  readonly clock?: Clock;
  /** `@Value` classes inside events and state. */
  readonly values?: NonNullable<RegistryOptions['values']>;
  readonly upcasters?: readonly Upcaster[];
}

export type CommandOptions = Pick<ExecuteOptions, 'occurredAt' | 'metadata'>;

export interface Scenario {
  readonly aggregate: AggregateClass | DeciderDefinition;
  readonly events: readonly object[];
  readonly options?: ScenarioOptions;
  readonly command?: { readonly command: CommandClass; readonly fields: object; readonly options: CommandOptions };
}

/** What came of one way. */
export interface Outcome {
  /** The given events, as `evolve` saw them. */
  readonly given: readonly object[];
  /** What the command recorded. */
  readonly events: readonly object[];
  readonly state: unknown;
  readonly returned: unknown;
  readonly error: unknown;
  /** A message that says which way it was. */
  how(happened: string): string;
}

const anyId = 'scenario';
const nothing = { given: [], events: [], state: undefined, returned: undefined, error: undefined };

export async function runStraight(scenario: Scenario): Promise<Outcome> {
  const { events: given, command } = scenario;
  const how = (happened: string) => happened;
  const type = typeOf(scenario.aggregate);
  try {
    const before = given.reduce((state: unknown, event) => type.evolve(state, event), type.initialState());
    const revision = given.length === 0 ? undefined : given.length - 1;
    if (command === undefined) {
      return {
        ...nothing,
        given,
        state: stateOf(scenario, type.present(before, { aggregateId: anyId, revision })),
        how,
      };
    }
    const decided = built(command);
    const aggregateId = type.idOf(decided);
    const facts = { aggregateId, revision };
    const context = contextOf(scenario);
    const adopt = (event: object) => event;
    const { events, state, returned } = await type.decide({ command: decided, state: before, facts, context, adopt });
    const after = { aggregateId, revision: (revision ?? -1) + events.length };
    const presented = type.present(state, after.revision < 0 ? { aggregateId, revision } : after);
    return { ...nothing, given, events, state: stateOf(scenario, presented), returned, how };
  } catch (error) {
    return { ...nothing, given, error, how };
  }
}

export async function runStored(scenario: Scenario): Promise<Outcome> {
  const { options: { services, clock = manualClock(), values = [], upcasters = [] } = {}, command } = scenario;
  const how = (happened: string) => `once events and state were stored: ${happened}`;
  let given: readonly object[] = [];
  try {
    const type = typeOf(scenario.aggregate);
    const registry = new EventRegistry({ events: type.events, values, upcasters });
    const aggregate: DeciderDefinition = { type: throughStorage(type, registry.values) };
    const store = memory({ clock });
    const ids = countingIds();
    await using app = await createApplication({
      store,
      aggregates: [aggregate],
      services,
      clock,
      values,
      upcasters,
      ids,
    });
    const aggregateId = command === undefined ? anyId : idOf(type, built(command));
    const data = scenario.events.map((event) => registry.encode(event, randomIds.next()));
    await app.eventStore.append(streamName(type.category, aggregateId), data, { expectedRevision: 'no_stream' });
    given = await historyOf(app, aggregate, aggregateId);
    const returned = command && (await app.execute(command.command, command.fields as never, command.options)).returned;
    const events = (await historyOf(app, aggregate, aggregateId)).slice(given.length);
    const state = stateOf(scenario, await app.load(aggregate, aggregateId));
    return { ...nothing, given, events, state, returned, how };
  } catch (error) {
    return { ...nothing, given, error, how };
  }
}

async function historyOf(
  app: Application,
  aggregate: DeciderDefinition,
  aggregateId: string,
): Promise<readonly object[]> {
  const history: object[] = [];
  try {
    for await (const { data } of app.history(aggregate, aggregateId)) history.push(data as object);
  } catch (error) {
    if (!(error instanceof StreamNotFoundError)) throw error;
  }
  return history;
}

function built({ command, fields }: NonNullable<Scenario['command']>): object {
  return Object.assign(new command(), fields);
}

function typeOf(aggregate: AggregateClass | DeciderDefinition): AggregateType {
  return typeof aggregate === 'function' ? (aggregateTypeOf(aggregate) as AggregateType) : aggregate.type;
}

/** A command that is refused for naming no aggregate is refused by the application. */
function idOf(type: AggregateType, command: object): string {
  try {
    return type.idOf(command);
  } catch {
    return anyId;
  }
}

/** What `thenState` looks at: an instance of the aggregate's class, or a decider's state. */
function stateOf({ aggregate }: Scenario, presented: unknown): unknown {
  return typeof aggregate === 'function' ? presented : (presented as Loaded<unknown>).state;
}

/** The same aggregate, whose state is written and read again after each event, and before a command is decided. */
function throughStorage(type: AggregateType, values: ValueClasses): AggregateType {
  const again = (state: unknown) => type.decodeState(type.encodeState(state, values), values);
  return {
    ...type,
    snapshotEvery: undefined,
    evolve: (state, event) => again(type.evolve(state, event)),
    decide: (deciding) => type.decide({ ...deciding, state: again(deciding.state) }),
  };
}

/** As the application makes it, in the same order, so that ids are the same in both ways. */
function contextOf({ options = {}, command }: Scenario): CommandContext {
  const { services, clock = manualClock() } = options;
  const { occurredAt = clock.now(), metadata = {} } = command?.options ?? {};
  const ids = countingIds();
  const commandId = ids.next();
  const { $correlationId: correlationId = commandId, $causationId: causationId = commandId } = metadata;
  const { signal } = new AbortController();
  return { services, clock, ids, commandId, correlationId, causationId, occurredAt, metadata, signal };
}

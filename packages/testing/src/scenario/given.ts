/**
 * Given some events, when a command comes, then these events are recorded: the rules of an aggregate in one line each.
 * Each scenario runs twice, straight and stored (see `runs.ts`), so that what storing loses is found in the test.
 */
import {
  type AggregateClass,
  type AggregateRoot,
  assertFunction,
  assertObject,
  type CommandClass,
  type DeciderDefinition,
  type Fields,
  type TidemarkError,
} from '@tidemark/core';
import { assertSame, declaring, type ErrorClass, failure, fits, textOf, wantedError } from './failures.ts';
import { lostBetween } from './lost-between.ts';
import {
  type CommandOptions,
  type Outcome,
  runStored,
  runStraight,
  type Scenario,
  type ScenarioOptions,
} from './runs.ts';

/**
 * Begins a scenario: the aggregate, and what happened to it before, oldest first. Throws `ArgumentError`.
 *
 * @example
 * await given(Account, new AccountOpened('Ada')).when(Deposit, { accountId, amount: 25 }).then(new MoneyDeposited(25));
 * await given(Account).when(Deposit, { accountId, amount: 25 }).thenFails('ACCOUNT_NOT_OPEN');
 */
export function given<A extends AggregateRoot>(aggregate: AggregateClass<A>, ...events: readonly object[]): Given<A>;
export function given<S>(aggregate: DeciderDefinition<S>, ...events: readonly object[]): Given<S>;
export function given(aggregate: AggregateClass | DeciderDefinition, ...events: readonly object[]): Given<unknown> {
  if (typeof aggregate !== 'function') assertObject('aggregate', aggregate);
  return new Given({ aggregate, events });
}

/** What happened before. */
export class Given<S> {
  constructor(private readonly scenario: Scenario) {}

  /** With these services, at this time, with these `@Value` classes. Throws `ArgumentError`. */
  with(options: ScenarioOptions): Given<S> {
    assertObject('options', options);
    return new Given({ ...this.scenario, options: { ...this.scenario.options, ...options } });
  }

  /** Now this command comes. Throws `ArgumentError`. */
  when<C extends object>(command: CommandClass<C>, fields: NoInfer<Fields<C>>, options: CommandOptions = {}): When<S> {
    assertFunction('command', command);
    assertObject('fields', fields);
    assertObject('options', options);
    return new When({ ...this.scenario, command: { command, fields, options } });
  }

  /** The state that the events lead to has these values; other fields may have any. */
  thenState(expected: Partial<S>): Promise<void> {
    return ending(this.scenario, (outcome) => assertState(outcome, expected));
  }
}

/** The command that came. Ask for one outcome, and await it. */
export class When<S> {
  constructor(private readonly scenario: Scenario) {}

  /** Just these events are recorded, in this order. */
  // biome-ignore lint/suspicious/noThenProperty: it reads as the rule; awaiting the scenario itself does not compile.
  async then(...expected: readonly object[]): Promise<void> {
    // An `await` without an ending, in plain JavaScript, comes here with two functions.
    const [, reject] = expected;
    if (typeof reject === 'function') {
      reject(failure('the scenario has no ending: add .then(…), .thenNothing() or .thenFails(…)'));
      return;
    }
    await ending(this.scenario, (outcome) => {
      assertSame(eventsOf(outcome), expected, outcome.how('recorded other events'));
    });
  }

  /** It is accepted, and nothing is recorded. */
  thenNothing(): Promise<void> {
    return this.then();
  }

  /** It is refused: with an error of this code, or of this class. */
  thenFails(expected: string | ErrorClass): Promise<void> {
    return ending(this.scenario, (outcome) => assertRefused(outcome, expected));
  }

  /** Afterwards the state has these values; other fields may have any. */
  thenState(expected: Partial<S>): Promise<void> {
    return ending(this.scenario, (outcome) => assertState(outcome, expected));
  }

  /** Its handler returns this. */
  thenReturns(expected: unknown): Promise<void> {
    return ending(this.scenario, (outcome) => {
      eventsOf(outcome);
      assertSame(outcome.returned, expected, outcome.how('returned something else'));
    });
  }
}

/** Runs the scenario in both ways and holds each to the expectation, and one to the other. */
async function ending(scenario: Scenario, assertOutcome: (outcome: Outcome) => void): Promise<void> {
  const stored = await runStored(scenario);
  // Only an application validates, and knows which commands it handles.
  const { code } = (stored.error ?? {}) as Partial<TidemarkError>;
  if (code === 'VALIDATION' || code === 'UNKNOWN_COMMAND') return assertOutcome(stored);
  const straight = await runStraight(scenario);
  assertOutcome(straight);
  assertKept(straight, stored);
  assertOutcome(stored);
}

const advice =
  'Stored are own enumerable fields: #private fields, accessors, closures and what no event says are not. ' +
  'What a handler changes itself is lost: fields are changed in @Applies methods only.';

/** The two ways have to give the same, whatever the scenario asks for. */
function assertKept(straight: Outcome, stored: Outcome): void {
  const refusals = [straight.error, stored.error].map((error) => error !== undefined);
  for (const part of ['given', 'events', 'state'] as const) {
    if (part === 'given' ? stored.given.length === 0 : refusals.includes(true)) continue;
    const lost = lostBetween(straight[part], stored[part]);
    if (lost !== undefined) throw failure(`${names[part]} not the same once stored: ${lost}\n${advice}`);
  }
  if (straight.error === undefined && stored.error !== undefined) {
    const refusal = textOf(stored.error);
    const hint = (stored.error as Partial<TidemarkError>).code === 'CONFIGURATION' ? declaring : advice;
    throw failure(`passes straight, but not once events and state were stored: ${refusal}\n${hint}`, stored.error);
  }
  if (straight.error !== undefined && stored.error === undefined) {
    const refusal = textOf(straight.error);
    throw failure(`accepted once events and state were stored, and refused straight: ${refusal}\n${advice}`);
  }
}

const names = { given: 'the given events are', events: 'the recorded events are', state: 'the state is' } as const;

function eventsOf({ events, error, how }: Outcome): readonly object[] {
  if (error === undefined) return events;
  throw failure(how(`refused: ${textOf(error)}`), error);
}

function assertRefused({ events, error, how }: Outcome, expected: string | ErrorClass): void {
  const wanted = wantedError(expected);
  if (error === undefined) {
    const recorded = events.map((event) => event.constructor.name).join(', ') || 'nothing';
    throw failure(how(`recorded ${recorded}, and was to be refused with ${wanted}`));
  }
  if (!fits(error, expected)) throw failure(how(`refused with another error than ${wanted}: ${textOf(error)}`), error);
}

function assertState(outcome: Outcome, expected: object): void {
  eventsOf(outcome);
  const { state, how } = outcome;
  const parts = typeof expected === 'object' && expected !== null && typeof state === 'object' && state !== null;
  // The keys that the scenario names; where the state is a single value, that value.
  const part = (of: object) => Object.fromEntries(Object.keys(expected).map((key) => [key, of[key as keyof object]]));
  assertSame(parts ? part(state) : state, parts ? part(expected) : expected, how('led to another state'));
}

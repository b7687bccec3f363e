/**
 * Given some events, then these documents, rows or values: what a projection makes of a log, in one line each. The
 * events go through a real store and the projection through a real application, as in production.
 */
import assert from 'node:assert/strict';
import {
  type Application,
  ArgumentError,
  assertArray,
  assertObject,
  createApplication,
  type DeadLetter,
  type Documents,
  type EventClass,
  EventRegistry,
  eventsOf,
  type LiveProjection,
  memory,
  type ProjectionClass,
  type StoreProvider,
  type Tables,
  type TidemarkError,
  type Upcaster,
} from '@tidemark/core';
import { countedId } from '../counting-ids.ts';
import { assertSame, declaring, type ErrorClass, failure, fits, textOf, wantedError } from './failures.ts';

export interface ProjectingOptions {
  /** Default `memory()`. A projection onto tables needs a store that has them: `sqlite(':memory:')`. */
  readonly store?: StoreProvider | undefined;
  readonly upcasters?: readonly Upcaster[] | undefined;
  /** `@Value` classes in events and documents. */
  readonly values?: readonly EventClass[] | undefined;
  /** Events that are given and that the projection does not take in. */
  readonly events?: readonly EventClass[] | undefined;
}

/** A parked event, as far as a scenario names it. */
export type ExpectedLetter = Partial<Pick<DeadLetter, 'streamName' | 'revision' | 'type' | 'error' | 'attempts'>>;

interface GivenEvents {
  readonly streamName: string;
  readonly events: readonly object[];
  readonly occurredAt: Date | undefined;
}

/** What a projection shows: the documents' type, or the live value's. */
type ShownBy<P> = P extends LiveProjection<infer T> ? T : P extends new () => Documents<infer T> ? T : unknown;

/**
 * Begins a scenario of a projection: inline, behind the log, onto documents or tables, or live.
 *
 * @example
 * await projecting(Balances)
 *   .given('account-42', new AccountOpened('Ada'), new MoneyDeposited(25))
 *   .thenDocuments({ '42': { owner: 'Ada', balance: 25 } });
 */
export function projecting<P extends ProjectionClass | LiveProjection>(projection: P): Projecting<ShownBy<P>> {
  return new Projecting({ projection, given: [], options: {} });
}

interface ProjectingScenario {
  readonly projection: ProjectionClass | LiveProjection;
  readonly given: readonly GivenEvents[];
  readonly options: ProjectingOptions;
}

export class Projecting<T> {
  constructor(private readonly scenario: ProjectingScenario) {}

  /** Throws `ArgumentError`. */
  with(options: ProjectingOptions): Projecting<T> {
    assertObject('options', options);
    return new Projecting({ ...this.scenario, options: { ...this.scenario.options, ...options } });
  }

  /** Then these events were appended to this stream, by one append. */
  given(streamName: string, ...events: readonly object[]): Projecting<T> {
    return this.#and({ streamName, events, occurredAt: undefined });
  }

  /** The same, with the time at which they happened. Throws `ArgumentError`. */
  givenAt(occurredAt: Date, streamName: string, ...events: readonly object[]): Projecting<T> {
    if (!(occurredAt instanceof Date)) throw new ArgumentError('occurredAt', String(occurredAt), 'a Date');
    return this.#and({ streamName, events, occurredAt });
  }

  /** Just these documents are there, by key. */
  async thenDocuments(expected: Readonly<Record<string, T>>): Promise<void> {
    await this.#ending(async (app, projection) => {
      const documents: Record<string, unknown> = {};
      for await (const { key, value } of app.documents(projection as new () => Documents<T>).all())
        documents[key] = value;
      assertSame(documents, expected, 'the projection shows other documents');
    });
  }

  /** The document of this key is this one, `undefined`: there is none; others may be there. */
  async thenDocument(key: string, expected: T | undefined): Promise<void> {
    await this.#ending(async (app, projection) => {
      const document = await app.documents(projection as new () => Documents<T>).get(key);
      assertSame(document, expected, `the projection shows another document '${key}'`);
    });
  }

  /** The statement gives just these rows. Tables have their plain names. */
  async thenRows(sql: string, expected: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    await this.#ending(async (app, projection) => {
      const rows = await app.tables(projection as new () => Tables).all(sql);
      assertSame(
        rows.map((row) => ({ ...row })),
        expected,
        'the projection shows other rows',
      );
    });
  }

  /** A live projection shows this. */
  async thenValue(expected: T): Promise<void> {
    await this.#ending(async (app, projection) => {
      assertSame(app.live(projection as LiveProjection<T>).value, expected, 'the projection shows another value');
    });
  }

  /** Just these events are parked, in order of the log; each is looked at as far as it is described here. */
  async thenParked(...expected: readonly ExpectedLetter[]): Promise<void> {
    await this.#ending(async (app, projection) => {
      const letters = await app.parked(projection as ProjectionClass).list();
      const described = letters.map((letter, index) => {
        const keys = Object.keys(expected[index] ?? letter) as (keyof ExpectedLetter)[];
        return Object.fromEntries(keys.map((key) => [key, letter[key]]));
      });
      assertSame(described, expected, 'the projection shows other parked events');
    });
  }

  /** It refuses them: stops at one, or refuses the append; with an error of this code or class, or caused by one. */
  async thenFails(expected: string | ErrorClass): Promise<void> {
    const wanted = wantedError(expected);
    const outcome = await this.#run(async () => undefined).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (outcome === undefined) throw failure(`the projection took all events in, and was to fail with ${wanted}`);
    if (!causesOf(outcome.error).some((cause) => fits(cause, expected)))
      throw failure(
        `the projection failed with another error than ${wanted}: ${chainOf(outcome.error)}`,
        outcome.error,
      );
  }

  #and(given: GivenEvents): Projecting<T> {
    return new Projecting({ ...this.scenario, given: [...this.scenario.given, given] });
  }

  async #ending(look: (app: Application, projection: unknown) => Promise<void>): Promise<void> {
    try {
      await this.#run(look);
    } catch (error) {
      if (error instanceof assert.AssertionError || error instanceof ArgumentError) throw error;
      const hint = (error as Partial<TidemarkError>).code === 'CONFIGURATION' ? `\n${declaring}` : '';
      throw failure(`the projection failed: ${chainOf(error)}${hint}`, error);
    }
  }

  async #run(look: (app: Application, projection: unknown) => Promise<void>): Promise<void> {
    const { projection, given, options } = this.scenario;
    const { store = memory(), upcasters = [], values = [], events: others = [] } = options;
    assertArray('events', others);
    for (const event of given.flatMap(({ events }) => events)) assertObject('event', event);
    const classes = given.flatMap(({ events }) => events.map((event) => event.constructor as EventClass));
    const events = [...new Set([...eventsOf(projection), ...classes, ...others])];
    const registry = new EventRegistry({ events, values, upcasters });
    const declarations = { projections: [projection], events, values, upcasters };
    const app = await createApplication({ store, ...declarations, onError: () => {} });
    try {
      let position = 0;
      let count = 0;
      for (const { streamName, events: batch, occurredAt } of given) {
        const metadata = occurredAt === undefined ? {} : { $occurredAt: occurredAt.toISOString() };
        const data = batch.map((event) => registry.encode(event, countedId(count++), metadata));
        const appended = await app.eventStore.append(streamName, data, { expectedRevision: 'any' });
        position = appended.position ?? position;
      }
      await app.caughtUp(projection, position);
      await look(app, projection);
    } finally {
      await app.stop();
    }
  }
}

function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let cause = error; cause !== undefined && causes.length < 20; cause = (cause as { cause?: unknown }).cause)
    causes.push(cause);
  return causes;
}

function chainOf(error: unknown): string {
  return causesOf(error).map(textOf).join(', caused by ');
}

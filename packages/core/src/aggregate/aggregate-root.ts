/** The base of aggregates written as classes. */
import type { AggregateFacts } from '../decider/aggregate-type.ts';
import { ConfigurationError } from '../errors.ts';
import type { Revision } from '../event/revision.ts';
import { className } from '../shared/describe.ts';
import { isPromised } from '../shared/promised.ts';

/** What stands behind a working instance while a handler runs. */
interface Recorder {
  /** Takes an event over, applies it, and gives what was applied. Throws why the handler was given up. */
  readonly take: (event: object) => object;
  readonly events: object[];
}

let factsOf: (root: AggregateRoot, facts: AggregateFacts) => void;
let recorderOf: (root: AggregateRoot, recorder: Recorder | undefined) => void;

/**
 * Extend it, give fields their initial values, and let `@Applies` methods change them. The state is the own enumerable
 * fields: `#private` ones cannot be snapshotted, and are refused at the start where they are found in an aggregate with
 * snapshots (compilers may hide them). There are no constructor arguments.
 */
export abstract class AggregateRoot {
  #facts: AggregateFacts = { aggregateId: '', revision: undefined };
  #recorder: Recorder | undefined;

  static {
    factsOf = (root, facts) => {
      root.#facts = facts;
    };
    recorderOf = (root, recorder) => {
      root.#recorder = recorder;
    };
  }

  get aggregateId(): string {
    return this.#facts.aggregateId;
  }

  /** Of the last event that was stored; `undefined` before the first. */
  get revision(): Revision | undefined {
    return this.#facts.revision;
  }

  /** Whether anything has happened to it yet, what this handler recorded included. */
  get exists(): boolean {
    return this.#facts.revision !== undefined || (this.#recorder?.events.length ?? 0) > 0;
  }

  /**
   * Records that this happened, and applies it at once, as reading it would give it: what is done to `event` afterwards
   * changes neither the state nor what is stored, when the handler is done. Throws `SerializationError` for what cannot be
   * stored, `ArgumentError` for what is no event, `ConfigurationError` for one without `@Applies`, and outside a command
   * handler; in one that was given up, the reason for that.
   */
  protected record(event: object): void {
    const recorder = this.#recorder;
    const name = className(this);
    if (recorder === undefined) {
      const advice = 'outside a command handler, or when its promise had settled already: is an await missing in it?';
      throw new ConfigurationError(`${name}.record was called ${advice}`, [name]);
    }
    recorder.events.push(recorder.take(event));
  }
}

/** Tells an instance who it is. */
export function setFacts(root: AggregateRoot, facts: AggregateFacts): void {
  factsOf(root, facts);
}

/** What a handler recorded, and what it returned. */
interface Recorded {
  readonly events: readonly object[];
  readonly returned: unknown;
}

/** Lets `record` work on `root` until `run` has settled, which it has at once where it returns no promise. */
export function recording(
  root: AggregateRoot,
  take: (event: object) => object,
  run: () => unknown,
): Recorded | Promise<Recorded> {
  const events: object[] = [];
  recorderOf(root, { take, events });
  let returned: unknown;
  try {
    returned = run();
    if (isPromised(returned)) return settled(root, events, returned);
  } catch (error) {
    recorderOf(root, undefined);
    throw error;
  }
  recorderOf(root, undefined);
  return { events, returned };
}

async function settled(
  root: AggregateRoot,
  events: readonly object[],
  returned: PromiseLike<unknown>,
): Promise<Recorded> {
  try {
    return { returned: await returned, events };
  } finally {
    // At once: a promise that the handler did not wait for must not record into the next command.
    recorderOf(root, undefined);
  }
}

/**
 * Several read models that are filled at the same time share one reading of the log. Each restores the events that it wants
 * for itself: what one's handlers do to an event's data is not to be seen by another's.
 */
import type { StoredEvent } from '../event/event.ts';
import { EventRegistry } from '../event/event-registry.ts';
import { onAbort } from '../shared/linked-abort.ts';
import type { SubscriptionMessage } from '../store/event-store.ts';
import type { ResolvedFilter } from '../subscription/consumer-filter.ts';
import { demand, type SubscriptionParts, subscription } from '../subscription/subscription.ts';
import type { BuildRunner } from './build-runner.ts';

/** Knows nothing, and so leaves events as they are stored. */
const nothingKnown = new EventRegistry({ events: [] });
/** Those who ask within so many ms go together, where not everybody has asked before. */
const gathering = 10;

interface Joiner {
  readonly runner: BuildRunner;
  readonly signal: AbortSignal;
  resolve(): void;
  reject(error: unknown): void;
}

export class LogPasses {
  #gathered: Joiner[] = [];
  #waiting: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: SubscriptionParts,
    /** How many may ask at the same time. */
    private readonly everybody: number,
  ) {}

  /** As `together`, without waiting for others: what is left to read is little. */
  alone(runner: BuildRunner, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      void new Pass(this.source, [{ runner, signal, resolve, reject }]).run();
    });
  }

  /**
   * Has the runner take in the log from where it stands, until there was nothing further, and commit. Rejects with what
   * its own flush throws; resolves early when `signal` fires.
   */
  together(runner: BuildRunner, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ runner, signal, resolve, reject });
      if (this.#gathered.length >= this.everybody) void this.#begin();
      else this.#waiting ??= setTimeout(() => void this.#begin(), gathering);
    });
  }

  async #begin(): Promise<void> {
    const joiners = this.#gathered;
    this.#gathered = [];
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    await new Pass(this.source, joiners).run();
  }
}

class Pass {
  readonly #active: Set<Joiner>;
  /** Those whom an event stopped that the others may not even want: each reads on by itself, to be told in its own words. */
  readonly #alone: Promise<void>[] = [];

  constructor(
    private readonly source: SubscriptionParts,
    joiners: readonly Joiner[],
  ) {
    this.#active = new Set(joiners);
  }

  async run(): Promise<void> {
    const over = new AbortController();
    const forget = [...this.#active].map((joiner) => this.#leavesOnAbort(joiner, over));
    try {
      if (this.#active.size > 0) await this.#read(over.signal);
    } catch (error) {
      await this.#separately(error);
    } finally {
      for (const each of forget) each();
      for (const joiner of this.#active) joiner.resolve();
    }
    await Promise.all(this.#alone);
  }

  #leavesOnAbort(joiner: Joiner, over: AbortController): () => void {
    const leave = () => {
      if (this.#active.delete(joiner)) joiner.resolve();
      if (this.#active.size === 0) over.abort();
    };
    if (joiner.signal.aborted) leave();
    return onAbort(joiner.signal, leave);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const joiners = [...this.#active];
    const after = Math.min(...joiners.map(({ runner }) => runner.writer.reached));
    const [first] = joiners;
    const isShared = joiners.length > 1;
    const source = isShared ? { ...this.source, registry: nothingKnown } : this.source;
    const filter = isShared || first === undefined ? unionOf(joiners) : first.runner.filter;
    for await (const message of subscription(source, filter, { after, signal })) {
      for (const joiner of this.#active) await this.#give(message, joiner, isShared);
      if (this.#active.size === 0) return;
      if (message.kind === 'empty' || (message.kind === 'progress' && message.caughtUp)) return this.#finish();
    }
  }

  async #give(message: SubscriptionMessage, joiner: Joiner, isShared: boolean): Promise<void> {
    const { runner } = joiner;
    try {
      if (message.kind === 'progress') runner.writer.pass(message);
      if (message.kind !== 'events') return;
      const wanted = isShared ? this.#wantedBy(joiner, message.events) : message.events;
      if (wanted !== undefined) await runner.take(wanted);
    } catch (error) {
      this.#reject(joiner, error);
    }
  }

  /** `undefined` where one of them cannot be read: then the joiner goes on alone. */
  #wantedBy(joiner: Joiner, stored: readonly StoredEvent[]): readonly StoredEvent[] | undefined {
    const { filter, writer } = joiner.runner;
    const events: StoredEvent[] = [];
    try {
      for (const event of stored) {
        if (event.position <= writer.reached) continue;
        for (const each of demand(this.source.registry, event, filter.wanted))
          if (filter.wanted(each)) events.push(each);
      }
      return events;
    } catch {
      this.#goOnAlone(joiner);
      return undefined;
    }
  }

  #goOnAlone(joiner: Joiner): void {
    this.#active.delete(joiner);
    this.#alone.push(new Pass(this.source, [joiner]).run());
  }

  async #finish(): Promise<void> {
    for (const joiner of this.#active) {
      try {
        await joiner.runner.flush();
      } catch (error) {
        this.#reject(joiner, error);
      }
    }
  }

  /** What ended the reading may be over for one of them by the time it tries. */
  async #separately(error: unknown): Promise<void> {
    const [only, another] = this.#active;
    if (another !== undefined) for (const joiner of this.#active) this.#goOnAlone(joiner);
    else if (only !== undefined) await only.runner.endBy(error).catch((why: unknown) => this.#reject(only, why));
  }

  #reject(joiner: Joiner, error: unknown): void {
    this.#active.delete(joiner);
    joiner.reject(error);
  }
}

function unionOf(joiners: readonly Joiner[]): ResolvedFilter {
  const types = new Set(joiners.flatMap(({ runner }) => runner.filter.stored.types ?? []));
  return { stored: { types: [...types] }, wanted: () => true, demanding: false };
}

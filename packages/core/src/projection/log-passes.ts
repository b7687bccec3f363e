/** Several read models that are filled at the same time share one reading of the log. */
import { onAbort } from '../shared/linked-abort.ts';
import type { SubscriptionMessage } from '../store/event-store.ts';
import type { ResolvedFilter } from '../subscription/consumer-filter.ts';
import { type SubscriptionParts, subscription } from '../subscription/subscription.ts';
import type { BuildRunner } from './build-runner.ts';

/** Those who ask within so many ms go together. */
const gathering = 10;

interface Joiner {
  readonly runner: BuildRunner;
  readonly signal: AbortSignal;
  resolve(): void;
  reject(error: unknown): void;
}

export class LogPasses {
  #gathered: Joiner[] = [];

  constructor(private readonly source: SubscriptionParts) {}

  /**
   * Has the runner take in the log from where it stands, until there was nothing further, and commit. Rejects with what
   * its own flush throws; resolves early when `signal` fires.
   */
  catchUp(runner: BuildRunner, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ runner, signal, resolve, reject });
      if (this.#gathered.length === 1) setTimeout(() => void this.#begin(), gathering);
    });
  }

  async #begin(): Promise<void> {
    const joiners = this.#gathered;
    this.#gathered = [];
    await new Pass(this.source, joiners).run();
  }
}

class Pass {
  readonly #active: Set<Joiner>;

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
    const runners = [...this.#active].map(({ runner }) => runner);
    const after = Math.min(...runners.map(({ writer }) => writer.reached));
    for await (const message of subscription(this.source, unionOf(runners), { after, signal })) {
      for (const joiner of this.#active) await this.#give(message, joiner);
      if (message.kind === 'empty' || (message.kind === 'progress' && message.caughtUp)) return this.#finish();
    }
  }

  async #give(message: SubscriptionMessage, joiner: Joiner): Promise<void> {
    const { runner } = joiner;
    try {
      if (message.kind === 'progress') runner.writer.pass(message);
      if (message.kind !== 'events') return;
      const { reached } = runner.writer;
      await runner.take(message.events.filter((event) => event.position > reached && runner.filter.wanted(event)));
    } catch (error) {
      this.#reject(joiner, error);
    }
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

  /** What ended the reading may concern one of them only, as an event of a newer version does. */
  async #separately(error: unknown): Promise<void> {
    if (this.#active.size === 1) {
      for (const joiner of this.#active) this.#reject(joiner, error);
      return;
    }
    for (const joiner of this.#active) {
      this.#active.delete(joiner);
      await new Pass(this.source, [joiner]).run();
    }
  }

  #reject(joiner: Joiner, error: unknown): void {
    this.#active.delete(joiner);
    joiner.reject(error);
  }
}

function unionOf(runners: readonly BuildRunner[]): ResolvedFilter {
  const filters = runners.map(({ filter }) => filter);
  const types = [...new Set(filters.flatMap(({ stored }) => stored.types ?? []))];
  return { stored: { types }, wanted: (event) => filters.some(({ wanted }) => wanted(event)), demanding: true };
}

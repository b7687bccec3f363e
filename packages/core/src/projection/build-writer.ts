/**
 * Takes events into one build of a read model, in transactions of some milliseconds: what handlers change, the letters
 * they cause and the checkpoint behind them are committed as one, or not at all. An event whose handler fails is tried
 * again with growing pauses, and then the projection's policy counts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff, handleType, retry } from 'cockatiel';
import { ConsumerStoppedError } from '../application-errors.ts';
import { StoreFailedError, TidemarkError } from '../errors.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { Clock } from '../shared/clock.ts';
import type { Fence } from '../store/lease-store.ts';
import type { Checkpoint, ModelBuild, ModelSession, ReadModelStore } from '../store/read-model-store.ts';
import type { ChangedDocument } from './document-batch.ts';
import type { Handlers } from './handlers.ts';
import { deadLetter } from './parked.ts';
import type { ErrorPolicy } from './projection.ts';

export interface Place {
  readonly position: Position;
  readonly eventId: string;
}

export interface BuildWriterParts {
  readonly handlers: Handlers;
  readonly readModels: ReadModelStore;
  readonly logId: string;
  readonly clock: Clock;
  readonly fence: Fence;
  /** Whether somebody wants to be told what changed. */
  readonly watched: () => boolean;
  /** Told before a commit that moves the checkpoint there, whether or not it succeeds. */
  readonly onCommit: (position: Position) => void;
  readonly onCommitted: (position: Position, changes: readonly ChangedDocument[]) => void;
  /** Told of each event that was parked or skipped. */
  readonly onPassedOver: (error: ConsumerStoppedError) => void;
  readonly signal: AbortSignal;
}

/** So long a transaction goes on taking events in, in ms: other processes wait for its lock. */
const slice = 10;

/** The first of the pending events could not be handled; nothing of it is stored, and all before it is. */
class HandlerFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('a handler failed');
  }
}

/** Tables were changed by the handler that failed: once more from the beginning, with a savepoint for each event. */
class Undo extends Error {}

/** What is to be done with the first of the pending events. */
interface Verdict {
  readonly policy: Exclude<ErrorPolicy, 'stop'>;
  readonly cause: unknown;
  readonly attempts: number;
}

/** What one transaction did. */
interface Taken {
  /** All of the pending events before this index. */
  upTo: number;
  place: Place | undefined;
  changes: readonly ChangedDocument[];
  readonly blocked: string[];
  readonly freed: string[];
}

export class BuildWriter {
  #checkpoint: Checkpoint | undefined;
  #reached: Place | undefined;
  readonly #pending: RecordedEvent[] = [];
  #since = 0;
  /** One flush after the other. */
  #last: Promise<void> = Promise.resolve();
  /** Streams with parked events, as far as is known here. */
  readonly #blocked: Set<string>;

  constructor(
    readonly build: ModelBuild,
    private readonly parts: BuildWriterParts,
  ) {
    this.#checkpoint = build.checkpoint;
    this.#reached = build.checkpoint;
    this.#blocked = new Set(parts.readModels.parked(build.id).map(({ streamName }) => streamName));
  }

  /** Durably finished up to here. */
  get committed(): Position {
    return this.#checkpoint?.position ?? 0;
  }

  /** Taken in, or passed by, up to here. */
  get reached(): Position {
    return this.#reached?.position ?? 0;
  }

  /** Events that wait to be committed. */
  get size(): number {
    return this.#pending.length;
  }

  /** Milliseconds since the first of them came, or since those before them were committed. */
  get age(): number {
    return this.size === 0 ? 0 : performance.now() - this.#since;
  }

  /** Takes events in, in the order of the log; the parts of one stored event together. */
  take(events: readonly RecordedEvent[]): void {
    if (this.size === 0) this.#since = performance.now();
    for (const event of events) this.#pending.push(event);
    const last = events[events.length - 1];
    if (last !== undefined) this.pass(last);
  }

  /** Everything up to `place` was taken in or concerns nobody here. */
  pass({ position, eventId }: Place): void {
    if (position > this.reached) this.#reached = { position, eventId };
  }

  /**
   * Commits until fewer than `most` events wait: what is left over goes with those that come, not into a small transaction
   * of its own. Throws as `flush` does.
   */
  advance(most: number): Promise<void> {
    return this.#inTurn(async () => {
      while (this.size >= most && (await this.#step()));
    });
  }

  /**
   * Commits what was taken in, in one transaction or several. Throws `ConsumerStoppedError` for an event that stops the
   * projection, `CheckpointFencedError`, `LeaseLostError`, `BuildGoneError`, and whatever the store throws.
   */
  flush(): Promise<void> {
    return this.#inTurn(async () => {
      while ((this.size > 0 || this.reached > this.committed) && (await this.#step()));
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const acted = this.#last.then(act);
    this.#last = acted.catch(() => {});
    return acted;
  }

  /** One transaction, or what its failure asks for. False where whoever is to stop leaves an event to the next run. */
  async #step(): Promise<boolean> {
    const failure = await this.#commit();
    if (failure === undefined) return true;
    if (this.parts.signal.aborted) return false;
    await this.#mend(failure);
    return true;
  }

  async #mend({ cause }: HandlerFailure): Promise<void> {
    const { handlers, signal } = this.parts;
    const { onError, retries } = handlers.definition;
    let attempts = 1;
    let last = cause;
    // What Tidemark itself refuses, it refuses again.
    if (retries > 0 && !(cause instanceof TidemarkError)) {
      const backoff = new ExponentialBackoff({ initialDelay: 10, maxDelay: 1_000 });
      const again = retry(handleType(HandlerFailure), { maxAttempts: retries - 1, backoff });
      try {
        await sleep(10, undefined, { signal }).catch(() => {});
        return await again.execute(async () => {
          attempts += 1;
          const failure = await this.#commit();
          if (failure !== undefined) throw failure;
        }, signal);
      } catch (error) {
        if (!(error instanceof HandlerFailure)) throw error;
        last = error.cause;
      }
    }
    const stopped = this.#stoppedBy(last);
    if (onError === 'stop') throw stopped;
    await this.#commit({ policy: onError, cause: last, attempts });
    this.parts.onPassedOver(stopped);
  }

  #stoppedBy(cause: unknown): ConsumerStoppedError {
    const [event] = this.#pending;
    return new ConsumerStoppedError(this.build.name, event?.position ?? this.committed, event, { cause });
  }

  /** One transaction. Returns why the first of the pending events cannot be taken in; then nothing was done. */
  async #commit(verdict?: Verdict, careful = false): Promise<HandlerFailure | undefined> {
    const { readModels, fence } = this.parts;
    const taken: Taken = { upTo: 0, place: undefined, changes: [], blocked: [], freed: [] };
    try {
      await readModels.transact(this.build.id, {
        expected: this.#checkpoint?.position,
        fence,
        run: (session) => this.#run(session, taken, { verdict, careful }),
      });
    } catch (error) {
      if (error instanceof Undo) return this.#commit(verdict, true);
      if (error instanceof HandlerFailure) return error;
      throw error;
    }
    const place = taken.place as Place;
    // In place: more may have come meanwhile.
    this.#pending.splice(0, taken.upTo);
    this.#since = performance.now();
    this.#checkpoint = { logId: this.parts.logId, ...place };
    for (const stream of taken.blocked) this.#blocked.add(stream);
    for (const stream of taken.freed) this.#blocked.delete(stream);
    this.parts.onCommitted(place.position, taken.changes);
    return undefined;
  }

  #run(session: ModelSession, taken: Taken, how: { verdict: Verdict | undefined; careful: boolean }): Checkpoint {
    const { handlers, watched, logId, onCommit } = this.parts;
    const run = handlers.on(session);
    const began = performance.now();
    const pending = this.#pending;
    for (let from = 0; from < pending.length; from = taken.upTo) {
      const isFirst = from === 0;
      // The clock is not looked at for each event.
      if (from % 32 === 0 && !isFirst && performance.now() - began > slice) break;
      const to = endOfPosition(pending, from);
      if (!this.#passesOver(pending[from] as RecordedEvent, session, taken, isFirst ? how.verdict : undefined)) {
        try {
          if (how.careful) session.guarded(() => run.take(pending, from, to));
          else run.take(pending, from, to);
        } catch (cause) {
          // A full disk is nobody's handler: the event is neither parked nor skipped for it.
          if (cause instanceof StoreFailedError) throw cause;
          if (isFirst) throw new HandlerFailure(cause);
          if (!run.undoesItself && !how.careful) throw new Undo();
          break;
        }
      }
      taken.upTo = to;
    }
    taken.place = taken.upTo === pending.length ? this.#reached : pending[taken.upTo - 1];
    if (watched()) taken.changes = run.changes();
    run.flush();
    const { position, eventId } = taken.place as Place;
    onCommit(position);
    return { logId, position, eventId };
  }

  /** Parks an event, or leaves it out; true where its handler is not to run. */
  #passesOver(event: RecordedEvent, session: ModelSession, taken: Taken, verdict: Verdict | undefined): boolean {
    if (verdict === undefined && this.#blocked.size === 0 && taken.blocked.length === 0) return false;
    const parkedAt = this.parts.clock.now().getTime();
    if (verdict !== undefined) {
      if (verdict.policy === 'park') {
        session.park(deadLetter(event, { ...verdict, parkedAt }));
        taken.blocked.push(event.streamName);
      }
      return true;
    }
    const { streamName } = event;
    if (!this.#blocked.has(streamName) && !taken.blocked.includes(streamName)) return false;
    // Somebody may have retried or skipped what was parked, here or in another process.
    if (session.parkedIn(streamName).length === 0) {
      taken.freed.push(streamName);
      return false;
    }
    session.park(deadLetter(event, { cause: undefined, attempts: 0, parkedAt }));
    return true;
  }
}

/** The parts of a split event share a position, and belong together. */
function endOfPosition(events: readonly RecordedEvent[], from: number): number {
  const position = events[from]?.position;
  let to = from + 1;
  while (to < events.length && events[to]?.position === position) to += 1;
  return to;
}

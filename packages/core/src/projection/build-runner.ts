/** Feeds one build of a read model from the log: what messages of a subscription mean for it, and when it commits. */
import type { RecordedEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { SubscriptionMessage } from '../store/event-store.ts';
import type { ModelBuild } from '../store/read-model-store.ts';
import type { ResolvedFilter } from '../subscription/consumer-filter.ts';
import { type SubscriptionParts, subscription, unreadEvent } from '../subscription/subscription.ts';
import { BuildWriter, type BuildWriterParts } from './build-writer.ts';
import type { Waiters } from './waiters.ts';

/** A batch is committed when it holds so many events, or is so many milliseconds old, whichever comes first. */
const batchEvents = 2_048;
const batchMilliseconds = 50;
/** Between two commits at the log's end, in ms, where nobody waits or watches: many small ones cost more than a few larger. */
const breath = 20;
/** How many positions a checkpoint may fall behind while nothing matches and nobody waits. */
const idleStride = 10_000;

export class BuildRunner {
  readonly writer: BuildWriter;
  #committedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly build: ModelBuild,
    readonly filter: ResolvedFilter,
    private readonly waiters: Waiters,
    private readonly parts: BuildWriterParts,
  ) {
    this.writer = new BuildWriter(build, parts);
  }

  /** Follows the log from behind what was taken in; what was taken in is committed at its end. */
  async follow(source: SubscriptionParts, signal: AbortSignal, onCaughtUp: () => void): Promise<void> {
    const after = this.writer.reached;
    try {
      for await (const message of subscription(source, this.filter, { after, signal })) {
        if (await this.receive(message, signal)) onCaughtUp();
      }
    } catch (error) {
      await this.endBy(error);
    }
    await this.flush();
  }

  /** Throws what ended a reading. What came before an event that cannot be read was taken in all the same. */
  async endBy(error: unknown): Promise<never> {
    if (unreadEvent(error) !== undefined) await this.flush();
    throw error;
  }

  /** True when there was nothing further. */
  async receive(message: SubscriptionMessage, signal: AbortSignal): Promise<boolean> {
    const { writer } = this;
    if (message.kind === 'events') {
      await this.take(message.events);
      return false;
    }
    if (message.kind === 'progress') writer.pass(message);
    const caughtUp = message.kind === 'empty' || message.caughtUp;
    if (caughtUp && writer.size > 0) await this.#breathe(signal);
    const behind = writer.reached - writer.committed;
    if ((caughtUp && writer.size > 0) || this.waiters.wants(writer.reached) || behind >= idleStride) await this.flush();
    return caughtUp;
  }

  /** Takes events in, in the order of the log, and commits when they are many. */
  async take(events: readonly RecordedEvent[]): Promise<void> {
    const { writer } = this;
    writer.take(events);
    if (writer.size >= batchEvents) await writer.advance(batchEvents);
    else if (writer.age >= batchMilliseconds) await this.flush();
  }

  /** Somebody waits for `position`, which may be reached already and lack only its commit: no further event will cause that. */
  async hurry(position: Position): Promise<void> {
    const { writer } = this;
    if (writer.size === 0 && writer.committed < position && writer.reached >= position) await this.flush();
  }

  async flush(): Promise<void> {
    await this.writer.flush();
    this.#committedAt = performance.now();
  }

  async #breathe(signal: AbortSignal): Promise<void> {
    if (this.parts.watched()) return;
    const left = breath - (performance.now() - this.#committedAt);
    if (left > 1) await this.waiters.quiet(this.writer.reached, left, signal);
  }
}

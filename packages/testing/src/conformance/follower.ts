import assert from 'node:assert/strict';
import type { Position, StoredEvent, Subscription, SubscriptionMessage } from '@tidemark/core';
import { inTime, numberOf } from './language.ts';

/** Pulls a subscription as a consumer does, keeps what came, and holds each message to the contract. */
export class Follower {
  readonly seen: StoredEvent[] = [];
  readonly messages: SubscriptionMessage[] = [];
  /** Where a checkpoint may stand. */
  progress: Position = 0;
  readonly #controller = new AbortController();
  readonly #iterator: AsyncIterator<SubscriptionMessage>;

  constructor(subscribe: (signal: AbortSignal) => Subscription) {
    this.#iterator = subscribe(this.#controller.signal)[Symbol.asyncIterator]();
  }

  /** The next message; `undefined` at the end. */
  async pull(): Promise<SubscriptionMessage | undefined> {
    const { done, value } = await inTime(this.#iterator.next(), 'the next message of a subscription');
    if (done) return undefined;
    const message = value as SubscriptionMessage;
    this.#check(message);
    this.messages.push(message);
    if (message.kind === 'events') this.seen.push(...message.events);
    if (message.kind === 'progress') this.progress = message.position;
    return message;
  }

  /** Pulls until the subscription says that there is nothing further. */
  async untilCaughtUp(): Promise<void> {
    await this.until((message) => message.kind === 'empty' || (message.kind === 'progress' && message.caughtUp));
  }

  /** Pulls until progress stands at this position, or behind it. */
  async untilAt(position: Position): Promise<void> {
    await this.until((message) => message.kind === 'progress' && message.position >= position);
  }

  /** Pulls until so many events have come in all. */
  async take(count: number): Promise<readonly StoredEvent[]> {
    if (this.seen.length < count) await this.until(() => this.seen.length >= count);
    return this.seen;
  }

  async until(reached: (message: SubscriptionMessage) => boolean): Promise<void> {
    for (;;) {
      const message = await this.pull();
      if (message === undefined) return assert.fail(`the subscription ended after ${this.seen.length} events`);
      if (reached(message)) return;
    }
  }

  get numbers(): readonly number[] {
    return this.seen.map(numberOf);
  }

  /** Aborts, which has to end it quietly. */
  async end(): Promise<void> {
    this.#controller.abort();
    while ((await this.pull()) !== undefined);
  }

  /** Leaves it as a `break` does. */
  async leave(): Promise<void> {
    await inTime(Promise.resolve(this.#iterator.return?.()), 'leaving a subscription');
  }

  #check(message: SubscriptionMessage): void {
    if (message.kind === 'empty') {
      assert.deepEqual([this.seen.length, this.progress], [0, 0], 'said to be empty after something had come');
    } else if (message.kind === 'progress') {
      const delivered = this.seen.at(-1)?.position ?? 0;
      assert.ok(message.position >= Math.max(this.progress, delivered), 'progress went back');
    } else {
      assert.ok(message.events.length > 0, 'a message without events');
      let before = Math.max(this.progress, this.seen.at(-1)?.position ?? 0);
      for (const { position } of message.events) {
        assert.ok(position > before, `position ${position} came after ${before}`);
        before = position;
      }
    }
  }
}

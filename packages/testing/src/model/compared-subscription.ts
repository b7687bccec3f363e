import assert from 'node:assert/strict';
import type { EventFilter, EventStore, Position } from '@tidemark/core';
import { Follower } from '../conformance/follower.ts';
import { all } from '../conformance/language.ts';
import type { LogModel } from './log-model.ts';

/** A store's subscription to its log, held to what the model says it has to deliver. */
export class ComparedSubscription {
  readonly #follower: Follower;

  constructor(
    events: EventStore,
    private readonly model: LogModel,
    private readonly wanted: { readonly after: Position; readonly filter: EventFilter },
  ) {
    this.#follower = new Follower((signal) => events.subscribeToAll({ ...wanted, signal }));
  }

  /** Takes a message where one is due; otherwise it would wait. */
  async pull(): Promise<void> {
    if (this.#follower.messages.length === 0 || this.#follower.progress < (await this.model.head()))
      await this.#follower.pull();
  }

  /** Takes all that is due, and compares. */
  async finish(): Promise<void> {
    const head = await this.model.head();
    if (this.#follower.progress < head) await this.#follower.untilAt(head);
    const { after, filter } = this.wanted;
    const due = await all(this.model.readAll({ from: after + 1, filter }));
    assert.deepEqual(
      this.#follower.seen.map((event) => event.toJSON()),
      due.map((event) => event.toJSON()),
    );
    await this.#follower.end();
  }
}

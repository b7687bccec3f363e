/** The words that the rules about inline projections are written in. */
import assert from 'node:assert/strict';
import type { InlineProjections, InlineTransaction, StoredEvent, Stores } from '@tidemark/core';

/** Projections that write down what they are told, and do what they are made for. */
export class Told implements InlineProjections {
  /** `begin 0`, `append 1,2`, `flush`, `committed`, `rolledBack`; numbers are positions. */
  readonly calls: string[] = [];
  readonly events: StoredEvent[] = [];
  /** The last transaction. */
  transaction: InlineTransaction | undefined;

  constructor(private readonly act: Partial<InlineProjections> = {}) {}

  /** The transaction under way. */
  get open(): InlineTransaction {
    if (this.transaction === undefined) assert.fail('no transaction was begun');
    return this.transaction;
  }

  begin(transaction: InlineTransaction): void {
    this.transaction = transaction;
    this.calls.push(`begin ${transaction.head}`);
    this.act.begin?.(transaction);
  }

  append(events: readonly StoredEvent[]): void {
    this.calls.push(`append ${events.map(({ position }) => position).join()}`);
    this.act.append?.(events);
    this.events.push(...events);
  }

  flush(): void {
    this.calls.push('flush');
    this.act.flush?.();
  }

  committed(): void {
    this.calls.push('committed');
    this.act.committed?.();
  }

  rolledBack(): void {
    this.calls.push('rolledBack');
    this.act.rolledBack?.();
  }

  /** What was told of each transaction, checked to be in the order that the contract gives. */
  transactions(): readonly (readonly string[])[] {
    const transactions: string[][] = [];
    for (const call of this.calls) {
      if (call.startsWith('begin')) transactions.push([]);
      assert.ok(transactions.length > 0, `${call} came before any begin`);
      transactions.at(-1)?.push(call);
    }
    for (const calls of transactions)
      assert.match(calls.join(' '), /^begin \d+( append [\d,]+)*( flush committed|( flush)? rolledBack)$/);
    return transactions;
  }
}

/** Gives projections to an opening that can run them. */
export function use<P extends InlineProjections>(stores: Stores, projections: P): P {
  if (stores.useInline === undefined) assert.fail('the store has inlineProjections, but no useInline');
  stores.useInline(projections);
  return projections;
}

/** Refuses what holds an event of type `Refused`, with an error for each. */
export class Refusing extends Told {
  readonly thrown: unknown[] = [];

  override append(events: readonly StoredEvent[]): void {
    super.append(events);
    if (!events.some(({ type }) => type === 'Refused')) return;
    const error = new RangeError(`refused ${events[0]?.eventId}`);
    this.thrown.push(error);
    throw error;
  }
}

/**
 * Counts the events of the log into the document `total` of a build, as an application's projections would: what was
 * appended without it is caught up with first, and an event of type `Refused` is refused.
 */
export class Counting extends Told {
  #total = 0;
  #last: StoredEvent | undefined;

  constructor(private readonly build: number) {
    super();
  }

  override begin(transaction: InlineTransaction): void {
    super.begin(transaction);
    this.#last = undefined;
    const found = transaction.session(this.build).read('total')?.json;
    this.#total = found === undefined ? 0 : Number(found);
    const checkpoint = transaction.builds().find(({ id }) => id === this.build)?.checkpoint;
    for (let at = checkpoint?.position ?? 0; at < transaction.head; ) {
      const page = transaction.eventsAfter(at, 7).filter(({ position }) => position <= transaction.head);
      const last = page.at(-1);
      if (last === undefined) assert.fail(`eventsAfter ${at} gave nothing below ${transaction.head}`);
      this.#total += page.length;
      at = last.position;
    }
  }

  override append(events: readonly StoredEvent[]): void {
    super.append(events);
    if (events.some(({ type }) => type === 'Refused')) throw new RangeError('refused');
    this.#total += events.length;
    this.#last = events.at(-1);
  }

  override flush(): void {
    super.flush();
    if (this.#last === undefined) return;
    const { position, eventId } = this.#last;
    const { logId } = this.open;
    this.open.session(this.build).write('total', { json: `${this.#total}`, types: null });
    this.open.moveCheckpoint(this.build, { logId, position, eventId });
  }
}

/** What a rejected promise was rejected with; fails for one that was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome.status === 'fulfilled') assert.fail('was not rejected');
  return outcome.reason as unknown;
}

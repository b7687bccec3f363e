/** Nodes are killed and frozen under writers, a subscription and an application; what is promised of its log is looked at then. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  createApplication,
  Documents,
  DomainEvent,
  type EventStore,
  Handles,
  On,
  Projection,
  type Receipt,
  type RecordedEvent,
  type StoredEvent,
} from '@tidemark/core';
import { eventStoreDB } from '../../src/index.ts';
import type { Nodes } from '../nodes/cluster-process.ts';
import type { NodeFault } from '../nodes/target.ts';
import { idsOf, noStream, numbered } from './saying.ts';

@DomainEvent('NodeFaultCounted')
class Counted {
  constructor(readonly number: number) {}
}

export class Count {
  @AggregateId() counterId!: string;
}

@Aggregate('nodefaultcounter')
export class Counter extends AggregateRoot {
  count = 0;

  @Handles(Count)
  next(): void {
    this.record(new Counted(this.count + 1));
  }

  @Applies(Counted)
  counted({ number }: Counted): void {
    this.count = number;
  }
}

@Projection('node-fault-counts', { version: 1 })
export class Counts extends Documents<readonly number[]> {
  @On(Counted)
  counted({ data, aggregateId }: RecordedEvent<Counted>): void {
    this.update(aggregateId, (numbers) => [...numbers, data.number], []);
  }
}

const writers = 8;
const counters = 2;
/** How many commands a counter is given, before the next takes its place: each command reads all that the counter did. */
const mostOfCounter = 40;
/** How many of each are acknowledged between one fault and the next, at least. */
const stretch = 30;

/** Does each fault to each node. Fails where something acknowledged is lost, or something was skipped, or came twice. */
export async function assertWholeUnderFaults(nodes: Nodes, faults: readonly NodeFault[]): Promise<void> {
  const run = randomUUID().slice(0, 8);
  const store = eventStoreDB(nodes.address, { timeout: 1_000, retryFor: nodes.patience });
  const stores = await store.open();
  const app = await createApplication({ store, aggregates: [Counter], projections: [Counts] });
  const seen: StoredEvent[] = [];
  const ending = new AbortController();
  const following = follow(stores.events, { after: await stores.events.head(), seen, signal: ending.signal });
  let isOver = false;
  const written = Array.from({ length: writers }, (): string[] => []);
  const receipts = Array.from({ length: counters }, (): Receipt[] => []);
  const write = async (ids: string[], writer: number) => {
    for (let last: number | undefined; !isOver; ) {
      const [event] = numbered(1, ids.length);
      assert.ok(event);
      const expected = last === undefined ? noStream : { expectedRevision: last };
      ({ revision: last } = await stores.events.append(`${run}writer-${writer}`, [event], expected));
      ids.push(event.eventId);
    }
  };
  const count = async (done: Receipt[], counter: number) => {
    while (!isOver) {
      const counterId = `${run}.${counter}.${Math.floor(done.length / mostOfCounter)}`;
      done.push(await app.execute(Count, { counterId }, { commandId: `${run}.${counter}.${done.length}` }));
    }
  };
  const working = Promise.all([...written.map(write), ...receipts.map(count)]);
  const goesOn = async (what: string) => {
    const all = [...written, ...receipts];
    const before = all.map(({ length }) => length);
    const seenBefore = seen.length;
    const isSo = () =>
      isOver ||
      (all.every(({ length }, index) => length >= (before[index] ?? 0) + stretch) &&
        seen.length > seenBefore + stretch);
    await Promise.race([within(nodes.patience, isSo, what), working.then(() => {})]);
  };
  try {
    await goesOn('all of them work');
    for (const fault of faults) {
      for (const node of nodes.names) {
        nodes.control(fault, node);
        await new Promise((resolve) => setTimeout(resolve, nodes.goneFor));
        nodes.control(fault === 'kill' ? 'start' : 'thaw', node);
        await goesOn(`all of them go on after the ${fault} of ${node}`);
      }
    }
    isOver = true;
    await working;
    const head = await stores.events.head();
    await within(nodes.patience, () => (seen.at(-1)?.position ?? 0) >= head, 'the subscription has seen all');
    for (const [writer, ids] of written.entries()) {
      const name = `${run}writer-${writer}`;
      assert.deepEqual(
        await idsOf(stores.events.readStream(name)),
        ids,
        `${name}: what was acknowledged is stored once`,
      );
      const own = seen.filter(({ streamName }) => streamName === name);
      assert.deepEqual(
        own.map(({ eventId }) => eventId),
        ids,
        `${name}: the subscription saw each event once`,
      );
    }
    for (const [counter, done] of receipts.entries()) {
      await app.caughtUp(Counts, done.at(-1) as Receipt, { timeout: nodes.patience });
      for (let first = 0; first < done.length; first += mostOfCounter) {
        const numbers = done.slice(first, first + mostOfCounter).map((_, index) => index + 1);
        const counterId = `${run}.${counter}.${first / mostOfCounter}`;
        assert.deepEqual(await app.documents(Counts).get(counterId), numbers, 'each command was applied once');
      }
    }
  } finally {
    isOver = true;
    ending.abort();
    await Promise.allSettled([working, following]);
    await app.stop();
    await stores.close();
  }
}

async function follow(
  events: EventStore,
  { after, seen, signal }: { readonly after: number; readonly seen: StoredEvent[]; readonly signal: AbortSignal },
): Promise<void> {
  for await (const message of events.subscribeToAll({ after, signal })) {
    if (message.kind === 'events') seen.push(...message.events);
  }
}

async function within(patience: number, holds: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + patience; performance.now() < end; ) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`not within ${patience} ms: ${what}`);
}

// #region imports
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type Application,
  createApplication,
  Documents,
  DomainEvent,
  eventData,
  memory,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';
import {
  ConsumerTrace,
  checkModelAgainstReplay,
  checkTrace,
  InvariantError,
  readTrace,
  tracedStore,
} from '@tidemark/testing';

// #endregion imports

@DomainEvent('OrderPlaced')
class OrderPlaced {
  constructor(
    readonly article: string,
    readonly pieces: number,
  ) {}
}

@DomainEvent('OrderPacked')
class OrderPacked {}

async function order({ eventStore }: Application, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const placed = eventData('OrderPlaced', { article: `article-${number % 6}`, pieces: number });
    await eventStore.append(`order-${crypto.randomUUID()}`, [placed, eventData('OrderPacked', {})], {
      expectedRevision: 'no_stream',
    });
  }
}

const store = memory();
const events = [OrderPlaced, OrderPacked];

// #region mailer
/** Sends a mail for each order; begins behind its checkpoint, wherever it was stopped. */
class Mailer {
  checkpoint = { position: 0, eventId: '' };
  sent = 0;

  async run(app: Application, trace: ConsumerTrace, mails: number): Promise<void> {
    const { position } = this.checkpoint;
    trace.restarted(position === 0 ? undefined : this.checkpoint);
    for await (const event of app.events({ types: [OrderPlaced] }, { after: position })) {
      trace.seen(event);
      this.sent += 1;
      if (this.sent % 5 > 0) continue; // a checkpoint for five mails
      this.checkpoint = { position: event.position, eventId: event.eventId };
      trace.committed(event);
      if (this.sent >= mails) return;
    }
  }
}
// #endregion mailer

{
  // #region check
  await using app = await createApplication({ store, aggregates: [], events });
  await order(app, 20);

  const file = path.join(os.tmpdir(), `mailer-${process.pid}.trace`);
  const trace = new ConsumerTrace({ name: 'mailer', file });
  const mailer = new Mailer();
  await mailer.run(app, trace, 10);
  await order(app, 20);
  await mailer.run(app, trace, 40);
  trace.close();

  const upTo = await app.eventStore.head();
  const { delivered, runs } = await checkTrace(readTrace(file), app.eventStore, {
    filter: { types: ['OrderPlaced'] },
    upTo,
  });
  console.log(`mailer: ${delivered} delivered in ${runs} runs`);
  // #endregion check
  fs.rmSync(file);
}

const filter = { types: ['OrderPlaced'] };

// #region projection
const stockTrace = new ConsumerTrace({ name: 'stock' });

@Projection('stock', { version: 1 })
class Stock extends Documents<{ ordered: number }> {
  @On(OrderPlaced)
  placed(event: RecordedEvent<OrderPlaced>): void {
    stockTrace.seen(event);
    const { article, pieces } = event.data;
    this.update(article, ({ ordered }) => ({ ordered: ordered + pieces }), { ordered: 0 });
  }
}
// #endregion projection

{
  // #region model
  const traced = tracedStore(store, { name: 'stock', version: 1 }, stockTrace);
  await using app = await createApplication({ store: traced, aggregates: [], events, projections: [Stock] });
  const upTo = await app.eventStore.head();
  await app.caughtUp(Stock, upTo);
  await checkTrace(stockTrace, app.eventStore, { filter, upTo });

  const replay = new Map<string, { ordered: number }>();
  for await (const { data } of app.eventStore.readAll({ filter })) {
    const { article, pieces } = data as OrderPlaced;
    replay.set(article, { ordered: (replay.get(article)?.ordered ?? 0) + pieces });
  }
  const documents = await checkModelAgainstReplay(app.documents(Stock).all(), replay);
  console.log(`stock: ${documents} documents, as a replay gives them`);
  // #endregion model
}

{
  // #region violation
  await using app = await createApplication({ store, aggregates: [], events });
  const forgetful = new ConsumerTrace({ name: 'forgetful' });
  for await (const event of app.events({ types: [OrderPlaced] })) {
    if (event.position !== 3) forgetful.seen(event);
    if (event.position > 40) break;
  }
  try {
    await checkTrace(forgetful, app.eventStore, { filter });
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    for (const { code, position, where, found, wanted } of error.violations)
      console.log(`${code} at position ${position} (${where}): found ${found}, wanted ${wanted}`);
  }
  // #endregion violation
}

/** Whoever keeps an object that went into a command, or came out of one, cannot reach the aggregate's state with it. */
import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  type Application,
  Applies,
  Command,
  createApplication,
  DomainEvent,
  decider,
  Handles,
  memory,
} from '@tidemark/core';
import { test } from 'uvu';

interface Line {
  sku: string;
  count: number;
}

@DomainEvent('Ordered')
class Ordered {
  constructor(
    public lines: Line[],
    public at: Date,
  ) {}
}

@DomainEvent('LineAdded')
class LineAdded {
  constructor(public line: Line) {}
}

class Order extends Command<Line[]> {
  @AggregateId() id!: string;
  lines!: Line[];
  at!: Date;
}

class Look extends Command<unknown> {
  @AggregateId() id!: string;
}

/** What a test does with the event after it was recorded. */
let afterRecording: (event: Ordered) => void = () => {};
let wrap: (lines: Line[]) => unknown = (lines) => lines;

@Aggregate('order', { snapshot: { every: 1 } })
class Orders extends AggregateRoot {
  lines: Line[] = [];
  at: Date | undefined = undefined;

  @Handles(Order)
  order({ lines, at }: Order): Line[] {
    const event = new Ordered(lines, at);
    this.record(event);
    afterRecording(event);
    return this.lines;
  }

  @Handles(Look)
  look(): unknown {
    this.record(new LineAdded({ sku: 'looked', count: 0 }));
    return wrap(this.lines);
  }

  @Applies(Ordered)
  ordered({ lines, at }: Ordered): void {
    this.lines = lines;
    this.at = at;
  }

  @Applies(LineAdded)
  added({ line }: LineAdded): void {
    this.lines.push(line);
  }
}

class Fill {
  id!: string;
  lines!: Line[];
}

const basket = decider('basket', {
  commands: [Fill],
  events: [Ordered],
  id: ({ id }) => id,
  initialState: (): { lines: Line[] } => ({ lines: [] }),
  decide: ({ lines }, state) => new Ordered(lines.length === 0 ? state.lines : lines, new Date(0)),
  evolve: (_state, { lines }) => ({ lines }),
});

const id = 'a';
const firstOf = ({ events }: { events: readonly { readonly data: object }[] }) =>
  events.map(({ data }) => data as Ordered)[0] as Ordered;
const counts = (lines: readonly Line[]) => lines.map(({ sku, count }) => `${count} ${sku}`);
const oneTea = () => [{ sku: 'tea', count: 1 }];

async function withApp(run: (app: Application) => Promise<void>): Promise<void> {
  const app = await createApplication({ store: memory(), aggregates: [Orders, basket] });
  try {
    await run(app);
  } finally {
    afterRecording = () => {};
    wrap = (lines) => lines;
    await app.stop();
  }
}

/** What the next decision sees of the lines. */
async function seen(app: Application): Promise<string[]> {
  return counts((await app.execute(Look, { id })).returned as Line[]).filter((line) => line !== '0 looked');
}

test('what a caller does to its command afterwards does not reach the state', () =>
  withApp(async (app) => {
    const [lines, at] = [oneTea(), new Date(0)];
    await app.execute(Order, { id, lines, at });
    lines.push({ sku: 'rum', count: 9 });
    (lines[0] as Line).count = 100;
    at.setTime(5);
    assert.deepEqual(await seen(app), ['1 tea']);
    assert.deepEqual((await app.load(Orders, id)).at, new Date(0));
  }));

test('what a caller does to a receipt does not reach the state', () =>
  withApp(async (app) => {
    const receipt = await app.execute(Order, { id, lines: oneTea(), at: new Date(0) });
    const [event, { returned }] = [firstOf(receipt), receipt];
    assert.ok(event instanceof Ordered && event.at instanceof Date);
    event.lines.push({ sku: 'rum', count: 9 });
    (event.lines[0] as Line).count = 100;
    returned.push({ sku: 'gin', count: 9 });
    (returned[0] as Line).count = 50;
    assert.deepEqual(await seen(app), ['1 tea']);
  }));

test('a receipt shows what was stored, whatever its caller does to the command afterwards', () =>
  withApp(async (app) => {
    const lines = oneTea();
    const receipt = await app.execute(Order, { id, lines, at: new Date(0) });
    (lines[0] as Line).count = 100;
    assert.deepEqual(counts(firstOf(receipt).lines), ['1 tea']);
    assert.deepEqual(counts(receipt.returned), ['1 tea']);
  }));

test('what a handler does to an event after it was recorded is neither applied nor stored', () =>
  withApp(async (app) => {
    afterRecording = ({ lines }) => lines.push({ sku: 'rum', count: 9 });
    await app.execute(Order, { id, lines: oneTea(), at: new Date(0) });
    assert.deepEqual(await seen(app), ['1 tea']);
    assert.deepEqual(counts((await app.load(Orders, id)).lines).slice(0, 1), ['1 tea']);
  }));

test('what a later event of the same command changes is not stored in the earlier one', async () => {
  class OrderBoth {
    @AggregateId() id!: string;
  }
  @Aggregate('both')
  class Both extends Orders {
    @Handles(OrderBoth)
    both(): void {
      this.record(new Ordered(oneTea(), new Date(0)));
      this.record(new LineAdded({ sku: 'rum', count: 9 }));
    }
  }
  const app = await createApplication({ store: memory(), aggregates: [Both] });
  const receipt = await app.execute(OrderBoth, { id });
  assert.deepEqual(counts(firstOf(receipt).lines), ['1 tea']);
  assert.deepEqual(counts((await app.load(Both, id)).lines), ['1 tea', '9 rum']);
  await app.stop();
});

test('what a handler returned of its state and cannot be copied does not reach the state', () =>
  withApp(async (app) => {
    await app.execute(Order, { id, lines: oneTea(), at: new Date(0) });
    wrap = (lines) => () => lines;
    const { returned } = await app.execute(Look, { id });
    (returned as () => Line[])().push({ sku: 'rum', count: 9 });
    wrap = (lines) => lines;
    assert.deepEqual(await seen(app), ['1 tea']);
  }));

test('a snapshot is of the state that the events say, whatever a caller keeps', () =>
  withApp(async (app) => {
    const lines = oneTea();
    afterRecording = ({ lines }) => lines.push({ sku: 'rum', count: 9 });
    await app.execute(Order, { id, lines, at: new Date(0) });
    (lines[0] as Line).count = 100;
    assert.deepEqual(counts((await app.load(Orders, id)).lines), ['1 tea']);
  }));

test("a decider's state is its own too", () =>
  withApp(async (app) => {
    const lines = oneTea();
    const first = await app.execute(Fill, { id, lines });
    (lines[0] as Line).count = 100;
    firstOf(first).lines.push({ sku: 'rum', count: 9 });
    const second = await app.execute(Fill, { id, lines: [] });
    assert.deepEqual(counts(firstOf(second).lines), ['1 tea']);
    firstOf(second).lines.push({ sku: 'gin', count: 9 });
    const third = await app.execute(Fill, { id, lines: [] });
    assert.deepEqual(counts(firstOf(third).lines), ['1 tea']);
  }));

test.run();

/** Proof that the checker finds what it is for: consumers on stores that are broken in one way each. */
import assert from 'node:assert/strict';
import {
  type Application,
  type Checkpoint,
  createApplication,
  Documents,
  DomainEvent,
  type EventFilter,
  eventData,
  On,
  Projection,
  type RecordedEvent,
  type StoredDocument,
  StoredEvent,
  type StoreProvider,
  type Subscription,
  type SubscriptionMessage,
} from '@tidemark/core';
import {
  ConsumerTrace,
  checkModelAgainstReplay,
  checkTrace,
  countedId,
  InvariantError,
  manualClock,
  type TraceOptions,
  tracedStore,
  type ViolationCode,
} from '@tidemark/testing';
import { suite } from 'uvu';
import { inSession } from './breaks.ts';
import { type Break, brokenTarget } from './mutant.ts';

const test = suite('the check of consumers notices');

@DomainEvent('Noted')
class Noted {
  constructor(readonly number: number) {}
}

@DomainEvent('Passed')
class Passed {}

const model = { name: 'notes', version: 1 };

class Notes extends Documents<readonly number[]> {}

/** A projection whose handlers record what they see. */
function recordedNotes(trace: ConsumerTrace): typeof Notes {
  @Projection(model.name, { version: model.version })
  class RecordedNotes extends Notes {
    @On(Noted)
    noted(event: RecordedEvent<Noted>): void {
      trace.seen(event);
      this.update(event.aggregateId, (numbers) => [...numbers, event.data.number], []);
    }
  }
  return RecordedNotes;
}

const filter: EventFilter = { types: ['Noted'] };

/** Twelve events in three appends, one in four of no interest. */
async function write({ eventStore }: Application): Promise<number> {
  for (const first of [0, 4, 8]) {
    const noted = [0, 1, 2].map((index) => eventData('Noted', { number: first + index }));
    await eventStore.append(`note-${first}`, [eventData('Passed', {}), ...noted], { expectedRevision: 'any' });
  }
  return eventStore.head();
}

async function until(reached: () => boolean): Promise<void> {
  for (let turn = 0; turn < 300 && !reached(); turn += 1) await new Promise(setImmediate);
}

const provider = (broken: Break): StoreProvider => brokenTarget(broken).provide(manualClock()) as StoreProvider;
const events = [Noted, Passed];

/** The life of a subscription. */
async function followed(broken: Break): Promise<void> {
  const trace = new ConsumerTrace();
  await using app = await createApplication({ store: provider(broken), aggregates: [], events });
  const subscription = app.subscribe({ types: [Noted] }, (event) => trace.seen(event));
  const upTo = await write(app);
  await until(() => subscription.position >= upTo);
  await checkTrace(trace, app.eventStore, { filter, upTo });
}

/** Two lives of a projection, one after the other. */
async function projected(broken: Break, options?: TraceOptions): Promise<void> {
  const trace = new ConsumerTrace();
  const store = tracedStore(provider(broken), model, trace);
  const projection = recordedNotes(trace);
  for (const _ of [1, 2]) {
    await using app = await createApplication({ store, aggregates: [], events, projections: [projection] });
    const written = await write(app);
    await app.caughtUp(projection, written);
    await write(app);
  }
  await using app = await createApplication({ store, aggregates: [], events, projections: [projection] });
  await app.caughtUp(projection, await app.eventStore.head());
  await checkTrace(trace, app.eventStore, { filter, ...options });
  const replay = new Map<string, number[]>();
  for await (const { aggregateId, data } of app.eventStore.readAll({ filter }))
    replay.set(aggregateId, [...(replay.get(aggregateId) ?? []), (data as Noted).number]);
  await checkModelAgainstReplay(app.documents(projection).all(), replay);
}

/** Two processes with one projection. */
async function projectedTwice(broken: Break): Promise<void> {
  const store = provider(broken);
  const traces = [new ConsumerTrace({ name: 'first' }), new ConsumerTrace({ name: 'second' })];
  const started = traces.map(async (trace) => {
    const projection = recordedNotes(trace);
    const declarations = { aggregates: [], events, projections: [projection] };
    const app = await createApplication({ store: tracedStore(store, model, trace), ...declarations });
    return { app, projection };
  });
  const processes = await Promise.all(started);
  const { eventStore } = (processes[0] as (typeof processes)[number]).app;
  for (const { app } of processes) await write(app);
  for (const { app, projection } of processes) await app.caughtUp(projection, await eventStore.head());
  const checked = checkTrace(traces, eventStore, { filter, upTo: await eventStore.head() });
  await checked.finally(() => Promise.all(processes.map(({ app }) => app.stop())));
}

const noticed = (title: string, code: ViolationCode, act: () => Promise<void>) =>
  test(title, async () => {
    const error: unknown = await act().catch((reason: unknown) => reason);
    assert.ok(error instanceof InvariantError, `noticed nothing: ${String(error)}`);
    assert.equal(error.violations[0]?.code, code, error.message);
  });

/** A store whose subscriptions give other messages. */
const telling =
  (change: (messages: AsyncIterable<SubscriptionMessage>) => AsyncGenerator<SubscriptionMessage>): Break =>
  (stores) => ({
    events: {
      subscribeToAll: (options): Subscription => ({
        [Symbol.asyncIterator]: () => change(stores.events.subscribeToAll(options)),
      }),
    },
  });

/** A store whose subscriptions give other events. */
const giving = (change: (page: readonly StoredEvent[]) => readonly StoredEvent[]): Break =>
  telling(async function* (messages) {
    for await (const message of messages)
      yield message.kind === 'events' ? { ...message, events: change(message.events) } : message;
  });

test('nothing where nothing is broken', async () => {
  const sound: Break = () => ({});
  await Promise.all([followed(sound), projected(sound), projectedTwice(sound)]);
});

noticed('an event that is given behind a later one', 'OUT_OF_ORDER', () =>
  followed(giving(([first, second, ...others]) => [second, first, ...others].filter((event) => event !== undefined))),
);

noticed('an event that is left out', 'EVENT_SKIPPED', () => followed(giving((page) => page.toSpliced(1, 1))));

noticed('an event that is given twice', 'DELIVERED_TWICE', () =>
  followed(giving((page) => [...page, ...page.slice(-1)])),
);

noticed('an event under another id', 'WRONG_EVENT', () =>
  followed(
    giving((page) =>
      page.map(
        ({ type, dataText, metadataText, streamName, category, revision, position, recordedTime: time }) =>
          new StoredEvent(countedId(77), type, dataText, metadataText, streamName, category, revision, position, time),
      ),
    ),
  ),
);

noticed('a subscription that grows quiet', 'INCOMPLETE', () => {
  let left = 5;
  return followed(
    giving((page) => {
      const given = page.slice(0, left);
      left -= given.length;
      return given;
    }),
  );
});

noticed('a filter that lets everything through', 'UNWANTED_EVENT', async () => {
  const broken: Break = (stores) => ({
    events: { subscribeToAll: (options) => stores.events.subscribeToAll({ ...options, filter: undefined }) },
  });
  await using app = await createApplication({ store: provider(broken), aggregates: [], events });
  await write(app);
  const trace = new ConsumerTrace();
  for await (const message of app.eventStore.subscribeToAll({ filter })) {
    if (message.kind === 'events') for (const event of message.events) trace.seen(event);
    if (message.kind === 'progress' && message.caughtUp) break;
  }
  await checkTrace(trace, app.eventStore, { filter });
});

noticed('a subscription that begins at its checkpoint, not behind it', 'DELIVERED_BEHIND_CHECKPOINT', () =>
  projected((stores) => ({
    events: {
      subscribeToAll: ({ after = 0, ...options } = {}) =>
        stores.events.subscribeToAll({ ...options, after: Math.max(0, after - 2) }),
    },
  })),
);

noticed('progress that is told before the events are given', 'CHECKPOINT_AHEAD', () =>
  projected(
    telling(async function* (messages) {
      let held: SubscriptionMessage | undefined;
      for await (const message of messages) {
        if (message.kind === 'events') held = message;
        else {
          yield message;
          if (held !== undefined) yield held;
          held = undefined;
        }
      }
    }),
  ),
);

noticed('a checkpoint that an old backup brought back', 'CHECKPOINT_BACKWARDS', () => {
  let backup: Checkpoint | undefined;
  return projected(({ readModels }) => ({
    readModels: {
      builds: () => readModels.builds().map((build) => ({ ...build, checkpoint: backup ?? build.checkpoint })),
      transact: async (id, { run }) => {
        await readModels.transact(id, { expected: 'any', run });
        backup ??= readModels.builds().find((build) => build.id === id)?.checkpoint;
      },
    },
  }));
});

noticed('a commit that does not look where the checkpoint is: two leaders', 'COMMITS_OVERLAP', () =>
  projectedTwice(({ readModels }) => {
    let own: Checkpoint | undefined;
    return {
      readModels: {
        builds: () => readModels.builds().map((build) => ({ ...build, checkpoint: own })),
        transact: async (id, { run }) => {
          await readModels.transact(id, { expected: 'any', run });
          own = readModels.builds().find((build) => build.id === id)?.checkpoint;
        },
        changeStates: (changes) => readModels.changeStates(changes),
      },
      leases: {
        acquire: async (name, owner) => ({ name, owner, token: 1 }),
        renew: async (leases) => leases,
        release: async () => {},
      },
    };
  }),
);

/** A store that writes other documents. */
const writing = (change: (key: string, document: StoredDocument | null) => StoredDocument | null | undefined): Break =>
  inSession((session) => ({
    writeAll: (documents) => {
      for (const { key, document } of documents) {
        const changed = change(key, document);
        if (changed !== undefined) session.write(key, changed);
      }
    },
  }));

noticed('a commit that lacks a document', 'DOCUMENT_MISSING', () =>
  projected(writing((key, document) => (key === '4' ? undefined : document))),
);

noticed('a batch that is applied again', 'DOCUMENT_DIFFERS', () => {
  let again = true;
  return projected(
    writing((_, document) => {
      if (!again || document === null) return document;
      again = false;
      const numbers = JSON.parse(document.json) as number[];
      return { json: JSON.stringify([...numbers, ...numbers]), types: null };
    }),
  );
});

test.run();

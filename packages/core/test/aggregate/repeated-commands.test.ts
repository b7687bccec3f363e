/** When a command that comes with an id is the same as one before, and what is said where it is not. */
import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  type Application,
  type ApplicationOptions,
  Applies,
  type CommandIdReusedError,
  createApplication,
  DomainError,
  DomainEvent,
  decider,
  Handles,
  memory,
  OutcomeUnknownError,
  StoreFailedError,
} from '@tidemark/core';
import { test } from 'uvu';

@DomainEvent('Moved')
class Moved {
  constructor(readonly by: unknown) {}
}

class Right {
  @AggregateId() id!: string;
  by?: unknown;
  note?: unknown;
}
class Left {
  @AggregateId() id!: string;
  by?: unknown;
}
class Place {
  @AggregateId() id!: string;
}

let during: () => unknown = () => {};

@Aggregate('robot')
class Robot extends AggregateRoot {
  moves = 0;

  @Handles(Right)
  async right({ by }: Right): Promise<void> {
    await during();
    this.record(new Moved(by));
  }

  @Handles(Left)
  left({ by }: Left): void {
    this.record(new Moved(by));
  }

  @Handles(Place)
  async place(): Promise<void> {
    await during();
    if (this.exists) throw new DomainError('PLACED', 'it is placed already');
    this.record(new Moved(0));
  }

  @Applies(Moved)
  moved(): void {
    this.moves += 1;
  }
}

class Raise {
  id!: string;
}
class Lower {
  id!: string;
}
const arm = decider('arm', {
  commands: [Raise, Lower],
  events: [Moved],
  id: ({ id }) => id,
  initialState: () => 0,
  decide: () => new Moved(1),
  evolve: (moves) => moves + 1,
});

const id = 'r';
const once = { commandId: 'c-1' };

async function withApp(
  run: (app: Application, store: ApplicationOptions['store']) => Promise<void>,
  options: Partial<ApplicationOptions> = {},
): Promise<void> {
  const store = memory();
  const app = await createApplication({ aggregates: [Robot, arm], ...options, store });
  try {
    await run(app, store);
  } finally {
    during = () => {};
    await app.stop();
  }
}

const reused = (act: Promise<unknown>, found: string, wanted: string) =>
  assert.rejects(act, (error: CommandIdReusedError) => {
    assert.deepEqual([error.code, error.found, error.wanted], ['COMMAND_ID_REUSED', found, wanted]);
    return true;
  });

test('an id that comes with other fields is refused, and nothing is written', () =>
  withApp(async (app) => {
    await app.execute(Right, { id, by: { steps: 1 } }, once);
    for (const by of [{ steps: 2 }, { steps: 1n }, { steps: 1, more: 1 }, [], null, undefined, new Date(0)]) {
      const found = "robot.right on 'robot-r' with other fields";
      await reused(app.execute(Right, { id, by }, once), found, "robot.right on 'robot-r'");
    }
    assert.equal(await app.eventStore.head(), 1);
  }));

test('an id that comes with the same fields in another order, or with fields that are undefined, is the same', () =>
  withApp(async (app) => {
    await app.execute(Right, { id, by: { steps: 1, since: new Date(0) } }, once);
    const by = { since: new Date(0), steps: 1 };
    assert.equal((await app.execute(Right, { note: undefined, by, id }, once)).repeated, true);
  }));

test('an id that comes for another handler is refused, also where the fields are the same', () =>
  withApp(async (app) => {
    await app.execute(Right, { id, by: 1 }, once);
    await reused(app.execute(Left, { id, by: 1 }, once), "robot.right on 'robot-r'", "robot.left on 'robot-r'");
    await app.execute(Raise, { id }, { commandId: 'c-2' });
    const [raise, lower] = ["arm.commands[0] (Raise) on 'arm-r'", "arm.commands[1] (Lower) on 'arm-r'"];
    await reused(app.execute(Lower, { id }, { commandId: 'c-2' }), raise, lower);
    assert.equal((await app.execute(Raise, { id }, { commandId: 'c-2' })).repeated, true);
  }));

test('two commands of one handler are told apart', async () => {
  @Aggregate('robot')
  class Either extends AggregateRoot {
    @Handles(Right)
    @Handles(Left)
    move(_command: Right | Left): void {
      this.record(new Moved(1));
    }
    @Applies(Moved)
    moved(): void {}
  }
  await withApp(
    async (app) => {
      await app.execute(Right, { id }, once);
      await assert.rejects(app.execute(Left, { id }, once), { code: 'COMMAND_ID_REUSED' });
      assert.equal((await app.execute(Right, { id }, once)).repeated, true);
    },
    { aggregates: [Either] },
  );
});

test('what a command is known by has no name of a class in it, which a minifier may change', () =>
  withApp(async (app, store) => {
    class a {
      @AggregateId() id!: string;
      by?: unknown;
    }
    @Aggregate('robot')
    class b extends AggregateRoot {
      @Handles(a)
      right(): void {
        this.record(new Moved(1));
      }
      @Applies(Moved)
      moved(): void {}
    }
    await app.execute(Right, { id, by: 1 }, once);
    const minified = await createApplication({ store, aggregates: [b] });
    assert.equal((await minified.execute(a, { id, by: 1 }, once)).repeated, true);
    await minified.stop();
  }));

test('fields that cannot be written are not compared, and instances of any class are', () =>
  withApp(async (app) => {
    class Steps {
      constructor(readonly count: number) {}
    }
    const note = new Steps(1);
    await app.execute(Right, { id, by: 1, note: () => {} }, once);
    assert.equal((await app.execute(Right, { id, by: 1, note: () => {} }, once)).repeated, true);
    await app.execute(Right, { id, by: 1, note }, { commandId: 'c-2' });
    assert.equal((await app.execute(Right, { id, by: 1, note: new Steps(1) }, { commandId: 'c-2' })).repeated, true);
    await assert.rejects(app.execute(Right, { id, by: 1, note: new Steps(2) }, { commandId: 'c-2' }), {
      code: 'COMMAND_ID_REUSED',
    });
  }));

test('a command that another process handled meanwhile is answered, also where no conflict is retried', () =>
  withApp(
    async (app, store) => {
      const other = await createApplication({ store, aggregates: [Robot] });
      let first = true;
      during = async () => {
        if (!first) return;
        first = false;
        await other.execute(Right, { id, by: 1 }, once);
      };
      assert.equal((await app.execute(Right, { id, by: 1 }, once)).repeated, true);
      assert.equal(await app.eventStore.head(), 1);
      await other.stop();
    },
    { conflictRetries: 0 },
  ));

test('a command that is refused because it was handled meanwhile is answered', () =>
  withApp(async (app, store) => {
    const other = await createApplication({ store, aggregates: [Robot] });
    const { readStream } = app.eventStore;
    let first = true;
    // Between looking for the id and loading the aggregate.
    Object.assign(app.eventStore, {
      readStream(...args: Parameters<typeof readStream>) {
        if (!first) return readStream.apply(app.eventStore, args);
        first = false;
        return {
          async *pages() {
            await other.execute(Place, { id }, once);
            yield* readStream.apply(app.eventStore, args).pages();
          },
        };
      },
    });
    const options = { ...once, expectedRevision: 'no_stream' } as const;
    assert.equal((await app.execute(Place, { id }, options)).repeated, true);
    first = true;
    await other.execute(Place, { id: 's' }, { commandId: 'c-2' });
    assert.equal((await app.execute(Place, { id: 's' }, { commandId: 'c-2' })).repeated, true);
    await assert.rejects(app.execute(Place, { id: 's' }, { commandId: 'c-3' }), { code: 'PLACED' });
    await other.stop();
  }));

test('one that is given up while it is appended is answered too, where another process was first', () =>
  withApp(async (app, store) => {
    const other = await createApplication({ store, aggregates: [Robot] });
    const { append } = app.eventStore;
    const giveUp = new AbortController();
    let first = true;
    Object.assign(app.eventStore, {
      async append(...args: Parameters<typeof append>) {
        if (first) {
          first = false;
          await other.execute(Right, { id, by: 1 }, once);
          giveUp.abort();
        }
        return append.apply(app.eventStore, args);
      },
    });
    const { signal } = giveUp;
    assert.equal((await app.execute(Right, { id, by: 1 }, { ...once, signal })).repeated, true);
    assert.equal(await app.eventStore.head(), 1);
    await other.stop();
  }));

test('what a command failed with is told, also where its id cannot be looked for any more', async () => {
  const inner = memory();
  const store: ApplicationOptions['store'] = {
    description: 'failing',
    async open() {
      const stores = await inner.open();
      let isGone = false;
      stores.events.append = async (streamName) => {
        isGone = true;
        throw new OutcomeUnknownError(streamName);
      };
      const find = (commandId: string) => {
        if (isGone) throw new StoreFailedError('io', 'the store is gone');
        return stores.commandLog.find(commandId);
      };
      return { ...stores, commandLog: { find: async (commandId) => find(commandId) } };
    },
  };
  const app = await createApplication({ store, aggregates: [Robot] });
  await assert.rejects(app.execute(Right, { id, by: 1 }, once), { code: 'OUTCOME_UNKNOWN' });
  await app.stop();
});

test('an id that is no well-formed text of 1 to 512 characters is refused', () =>
  withApp(async (app) => {
    for (const commandId of ['', '\ud800', 'a\udc00', 'x'.repeat(513), 7, null, {}, ['c-1']]) {
      await assert.rejects(app.execute(Right, { id }, { commandId } as never), {
        code: 'INVALID_ARGUMENT',
        argument: 'commandId',
      });
    }
    assert.equal(await app.eventStore.head(), 0);
    assert.equal((await app.execute(Right, { id }, { commandId: '\u{1F600}\u0000' })).repeated, false);
  }));

test.run();

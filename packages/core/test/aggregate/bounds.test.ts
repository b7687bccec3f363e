/** What ends a command early, and what a command that was executed in a handler has to do with it. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  type Application,
  Applies,
  type CommandContext,
  createApplication,
  DomainEvent,
  Handles,
  memory,
} from '@tidemark/core';
import { ValidateBy } from 'class-validator';
import { test } from 'uvu';

const slowly = { validate: (text: string) => (text === 'slow' ? sleep(20, true) : true) };

@DomainEvent('Noted')
class Noted {
  @ValidateBy({ name: 'slowly', async: true, validator: slowly })
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

class Note {
  @AggregateId() id!: string;
  text!: string;
}

/** Never says whether it is valid. */
class Unanswered {
  @AggregateId() id!: string;
  @ValidateBy({ name: 'unanswered', async: true, validator: { validate: () => new Promise<boolean>(() => {}) } })
  text!: string;
}

type Handler = (text: string, context: CommandContext, app: Application) => unknown;
interface Services {
  handler?: Handler;
  app?: Application;
  /** What `record` threw last. */
  refused?: unknown;
}

@Aggregate('notes')
class Notes extends AggregateRoot {
  texts: string[] = [];

  @Handles(Note)
  async note({ text }: Note, context: CommandContext<Services>): Promise<void> {
    const { handler, app } = context.services;
    await handler?.(text, context, app as Application);
    try {
      this.record(new Noted(text));
    } catch (error) {
      context.services.refused = error;
      throw error;
    }
  }

  @Handles(Unanswered)
  ask(): void {}

  @Applies(Noted)
  noted({ text }: Noted): void {
    this.texts.push(text);
  }
}

async function withApp(handler: Handler, run: (app: Application, services: Services) => Promise<void>): Promise<void> {
  const services: Services = { handler };
  const app = await createApplication({ store: memory(), aggregates: [Notes], services, handlerTimeout: 40 });
  services.app = app;
  try {
    await run(app, services);
  } finally {
    await app.stop();
  }
}

const firing = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
const late = { code: 'HANDLER_TIMEOUT' };

test('what a handler executes after its time is over is refused, and has no effect', async () => {
  let inner: Promise<unknown> | undefined;
  const handler: Handler = async (text, { signal }, app) => {
    if (text !== 'outer') return;
    await firing(signal);
    inner = app.execute(Note, { id: 'b', text: 'inner' });
    await inner;
  };
  await withApp(handler, async (app) => {
    await assert.rejects(app.execute(Note, { id: 'a', text: 'outer' }), late);
    while (inner === undefined) await new Promise(setImmediate);
    await assert.rejects(inner, { ...late, handler: 'the handler of Note on Notes' });
    assert.equal(await app.eventStore.head(), 0);
  });
});

test('a command that was executed in a handler ends with it, at any depth', async () => {
  const reasons: unknown[] = [];
  const handler: Handler = async (text, { signal }, app) => {
    if (text.length < 3) await app.execute(Note, { id: `${text}-`, text: `${text}-` });
    await firing(signal);
    reasons.push(signal.reason);
  };
  await withApp(handler, async (app) => {
    const reason = new Error('enough');
    const giveUp = new AbortController();
    const outer = assert.rejects(app.execute(Note, { id: 'a', text: 'a' }, { signal: giveUp.signal }), reason);
    await new Promise(setImmediate);
    giveUp.abort(reason);
    await outer;
    assert.deepEqual(reasons, [reason]);
    assert.equal(await app.eventStore.head(), 0);
  });
});

test('two aggregates that wait for each other end in time, and one of them may go on', async () => {
  const handler: Handler = async (text, _context, app) => {
    if (text === 'inner') return;
    await new Promise(setImmediate);
    await app.execute(Note, { id: text, text: 'inner' });
  };
  await withApp(handler, async (app) => {
    const both = [app.execute(Note, { id: 'a', text: 'b' }), app.execute(Note, { id: 'b', text: 'a' })];
    const outcomes = (await Promise.allSettled(both)).map(({ status }) => status);
    assert.ok(outcomes.includes('rejected'));
    const texts = async (id: string) => (await app.load(Notes, id)).texts;
    assert.deepEqual(
      await texts('b'),
      outcomes[1] === 'fulfilled' ? ['a'] : outcomes[0] === 'fulfilled' ? ['inner'] : [],
    );
  });
});

test('a command on an aggregate whose handler waits for it is refused, at any depth', async () => {
  const handler: Handler = async (text, _context, app) => {
    if (text === 'first') await app.execute(Note, { id: 'b', text: 'second' });
    if (text === 'second') await app.execute(Note, { id: 'a', text: 'third' });
  };
  await withApp(handler, async (app) => {
    await assert.rejects(app.execute(Note, { id: 'a', text: 'first' }), {
      code: 'REENTRANT_COMMAND',
      streamName: 'notes-a',
    });
  });
});

test('what a handler began and did not wait for may execute on its aggregate when it has ended', async () => {
  let begun: Promise<unknown> | undefined;
  const handler: Handler = (text, _context, app) => {
    if (text !== 'first') return;
    begun = new Promise((resolve) => setTimeout(resolve, 10)).then(() =>
      app.execute(Note, { id: 'a', text: 'from a timer' }),
    );
  };
  await withApp(handler, async (app) => {
    await app.execute(Note, { id: 'a', text: 'first' });
    await begun;
    assert.deepEqual((await app.load(Notes, 'a')).texts, ['first', 'from a timer']);
  });
});

test('what a handler left behind may execute on its aggregate as soon as it has ended', async () => {
  const begun: Promise<unknown>[] = [];
  const handler: Handler = (text, _context, app) => {
    if (text !== 'first') return;
    const execute = (text: string) => app.execute(Note, { id: 'a', text });
    begun.push(
      execute('at once'),
      Promise.resolve().then(() => execute('a moment later')),
    );
  };
  await withApp(handler, async (app) => {
    await app.execute(Note, { id: 'a', text: 'first' });
    await Promise.all(begun);
    assert.deepEqual((await app.load(Notes, 'a')).texts.sort(), ['a moment later', 'at once', 'first']);
  });
});

test('what a handler left behind may execute on its aggregate while its events are validated', async () => {
  let begun: Promise<unknown> | undefined;
  const handler: Handler = (text, _context, app) => {
    if (text !== 'slow') return;
    begun = new Promise(setImmediate).then(() => app.execute(Note, { id: 'a', text: 'left behind' }));
  };
  await withApp(handler, async (app) => {
    await app.execute(Note, { id: 'a', text: 'slow' });
    await begun;
    assert.deepEqual((await app.load(Notes, 'a')).texts, ['slow', 'left behind']);
  });
});

test('what is recorded after the caller gave up is refused with the reason', () =>
  withApp(
    (_text, { signal }) => firing(signal),
    async (app, services) => {
      const reason = new Error('enough');
      const giveUp = new AbortController();
      const refused = assert.rejects(app.execute(Note, { id: 'a', text: 'x' }, { signal: giveUp.signal }), reason);
      await new Promise(setImmediate);
      giveUp.abort(reason);
      await refused;
      assert.equal(services.refused, reason);
      assert.equal(await app.eventStore.head(), 0);
    },
  ));

test('a caller who gives up while the handler throws leaves no rejection behind', async () => {
  const reason = new Error('enough');
  const giveUp = new AbortController();
  const handler: Handler = () => {
    giveUp.abort(reason);
    throw new RangeError('nobody hears this');
  };
  await withApp(handler, async (app) => {
    await assert.rejects(app.execute(Note, { id: 'a', text: 'x' }, { signal: giveUp.signal }), reason);
    await new Promise(setImmediate);
  });
});

test('a validation that never answers ends with the caller’s patience, or in time', () =>
  withApp(
    () => {},
    async (app) => {
      const reason = new Error('enough');
      const giveUp = new AbortController();
      setTimeout(() => giveUp.abort(reason), 5);
      const { signal } = giveUp;
      await assert.rejects(app.execute(Unanswered, { id: 'a', text: '' }, { signal }), reason);
      await assert.rejects(app.execute(Unanswered, { id: 'a', text: '' }), {
        ...late,
        handler: 'the validation of Unanswered',
      });
    },
  ));

test.run();

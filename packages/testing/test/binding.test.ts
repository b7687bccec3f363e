import assert from 'node:assert/strict';
import { type EventStore, memory, type StoreProvider, UnsupportedError } from '@tidemark/core';
import { storeConformance } from '@tidemark/testing';
import { suite } from 'uvu';
import { changed } from './mutant.ts';

const test = suite('binding the conformance suite');

const skipped: [string, string][] = [];
const global = globalThis as { __tidemarkSkip?: unknown };
const before = global.__tidemarkSkip;
test.before.each(() => {
  skipped.length = 0;
  global.__tidemarkSkip = (title: string, reason: string) => skipped.push([title, reason]);
});
test.after.each(() => {
  global.__tidemarkSkip = before;
});

type Binding = Partial<Parameters<typeof storeConformance>[0]>;

function rulesOf(binding: Binding = {}): ReadonlyMap<string, () => Promise<void>> {
  const rules = new Map<string, () => Promise<void>>();
  storeConformance({ name: 'a store', provide: (clock) => memory({ clock }), ...binding }, (title, run) =>
    rules.set(title, run),
  );
  return rules;
}

test('each rule is declared once, by its store, its theme and what it says', () => {
  const titles: string[] = [];
  storeConformance({ name: 'a store', provide: () => memory() }, (title) => titles.push(title));
  assert.ok(titles.length > 400, `${titles.length} rules`);
  assert.equal(new Set(titles).size, titles.length);
  assert.equal(titles.includes('a store: append: writes the events of an append in their order'), true);
});

test('nothing is opened before a rule is run', () => {
  rulesOf({ provide: () => assert.fail('was opened') });
});

test('each rule gets a log of its own, closed and disposed of afterwards', async () => {
  const provided = new Set<StoreProvider>();
  const disposed: StoreProvider[] = [];
  const rules = rulesOf({
    provide: (clock) => {
      const provider = memory({ clock });
      provided.add(provider);
      return provider;
    },
    dispose: (provider) => {
      disposed.push(provider);
    },
  });
  const [first, second] = rules.values();
  await first?.();
  await second?.();
  assert.equal(provided.size, 2);
  assert.deepEqual(disposed, [...provided]);
});

test('a log is also disposed of when its rule fails', async () => {
  let disposals = 0;
  const failing = async (): Promise<never> => assert.fail('cannot be opened twice');
  const rules = rulesOf({
    provide: (clock) => {
      const { open } = memory({ clock });
      let opened = false;
      const once = () => {
        if (opened) return failing();
        opened = true;
        return open();
      };
      return { description: 'once', open: once };
    },
    dispose: () => {
      disposals += 1;
    },
  });
  await assert.rejects(
    async () => rules.get('a store: opening and closing: one opening closes alone')?.(),
    /opened twice/,
  );
  assert.equal(disposals, 1);
});

test('a rule that is skipped is not run, and says why', async () => {
  const rules = rulesOf({
    provide: () => assert.fail('was opened'),
    skip: { 'append: takes an append of 3,300 events as one': 'it is slow', snapshots: 'it keeps none' },
  });
  const titles = [
    'a store: append: takes an append of 3,300 events as one',
    'a store: snapshots: loads what was saved',
  ];
  for (const title of titles) await rules.get(title)?.();
  assert.deepEqual(skipped, [
    [titles[0], 'it is slow'],
    [titles[1], 'it keeps none'],
  ]);
});

test('a skip that names no rule is refused', () => {
  assert.throws(() => rulesOf({ skip: { 'append: is fast': 'it is not' } }), { code: 'INVALID_ARGUMENT' });
});

test('a store without a capability passes, and says what it was not held to', async () => {
  const capabilities = { multiStreamAppend: false, commandLog: false, densePositions: false, inlineProjections: false };
  const provide: Binding['provide'] = (clock) => {
    const { open } = memory({ clock });
    return {
      description: 'a poor store',
      open: async () => {
        const { useInline: _, ...stores } = await open();
        return { ...stores, events: lacking(stores.events, { ...stores.events.capabilities, ...capabilities }) };
      },
    };
  };
  for (const [title, run] of rulesOf({ provide }))
    if (/several streams|command log|without a gap|inline|tables/.test(title)) await run();
  assert.equal(skipped.length > 10, true, `${skipped.length} were skipped`);
  assert.deepEqual(
    new Set(skipped.map(([, reason]) => reason)),
    new Set(
      ['multiStreamAppend', 'commandLog', 'inlineProjections', 'tables'].map((what) => `the store has no ${what}`),
    ),
  );
});

function lacking(events: EventStore, capabilities: EventStore['capabilities']): EventStore {
  return changed(events, {
    capabilities,
    append: async (name, batch, options) => {
      if (options.command !== undefined) throw new UnsupportedError('commandLog', 'leave out the command id');
      return events.append(name, batch, options);
    },
    appendToStreams: async () => {
      throw new UnsupportedError('multiStreamAppend', 'append to one stream');
    },
  });
}

test.run();

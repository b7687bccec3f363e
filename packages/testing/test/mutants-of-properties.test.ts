/** Proof that the property tests can fail: stores with a fault that only some sequences of calls bring out. */
import assert from 'node:assert/strict';
import { memory, type Subscription } from '@tidemark/core';
import { storeProperties } from '@tidemark/testing';
import { suite } from 'uvu';
import { type Break, brokenTarget, mapPages } from './mutant.ts';

const test = suite('the property tests notice a store that');

const anyCalls = 'any calls in any order give what a plain list of events gives';
const racing = 'racing writers lose nothing, double nothing, and a subscription sees just that';
const anyValue = 'any value is read as it was given';

function noticed(title: string, property: string, broken: Break): void {
  test(title, async () => {
    const runs = new Map<string, () => Promise<void>>();
    storeProperties(brokenTarget(broken), (name, run) => runs.set(name, run), { runs: 1_000, seed: 1, shrink: false });
    const run = runs.get(`broken: ${property}`);
    assert.ok(run, `there is no property '${property}'`);
    await assert.rejects(run(), /Property failed/);
  });
}

test('the store itself passes', async () => {
  const runs: (() => Promise<void>)[] = [];
  storeProperties({ name: 'memory', provide: (clock) => memory({ clock }) }, (_, run) => runs.push(run), {
    runs: 20,
    seed: 1,
  });
  for (const run of runs) await run();
  assert.equal(runs.length, 3);
});

noticed('does not find the beginning of a repeated append', anyCalls, ({ events }) => ({
  events: {
    append: async (name, batch, options) => {
      const result = await events.append(name, batch, options);
      const [last] = result.repeated ? await lastOf(events.readStream(name, { direction: 'backwards', limit: 1 })) : [];
      if (last === undefined || last.revision === result.revision) return result;
      return events.append(name, batch, { expectedRevision: 'any' });
    },
  },
}));

noticed('forgets to revive with `any`', anyCalls, ({ events }) => {
  const deleted = new Set<string>();
  return {
    events: {
      deleteStream: async (name, options) => {
        await events.deleteStream(name, options);
        deleted.add(name);
      },
      append: async (name, batch, options) => {
        const result = await events.append(name, batch, options);
        if (deleted.has(name) && options.expectedRevision === 'any') await events.deleteStream(name);
        else deleted.delete(name);
        return result;
      },
    },
  };
});

noticed('lets `maxCount` reach one event too far', anyCalls, ({ events }) => ({
  events: {
    changeStreamMetadata: (name, changes) =>
      events.changeStreamMetadata(name, changes.maxCount ? { ...changes, maxCount: changes.maxCount + 1 } : changes),
    readStreamMetadata: async (name) => {
      const { maxCount, ...others } = await events.readStreamMetadata(name);
      return maxCount === undefined ? others : { maxCount: maxCount - 1, ...others };
    },
  },
}));

noticed('applies the limit before the filter', anyCalls, ({ events }) => ({
  events: {
    readAll: ({ filter, ...options } = {}) => {
      const { types } = filter ?? {};
      if (types === undefined) return events.readAll({ filter, ...options });
      return mapPages(events.readAll({ ...options, filter: { ...filter, types: undefined } }).pages(), (page) =>
        page.filter(({ type }) => types.includes(type)),
      );
    },
  },
}));

noticed('gives a subscription what does not match its filter', anyCalls, ({ events }) => ({
  events: {
    subscribeToAll: ({ filter, ...options } = {}) =>
      events.subscribeToAll({ ...options, filter: { ...filter, prefixes: undefined } }),
  },
}));

noticed('mixes repeated with new in one batch', anyCalls, ({ events }) => ({
  events: {
    appendToStreams: async (appends) => {
      const results = [];
      for (const { streamName, events: batch, ...options } of appends)
        results.push(await events.append(streamName, batch, options));
      return results;
    },
  },
}));

noticed('acknowledges the loser of a race', racing, ({ events }) => ({
  events: {
    append: (streamName, batch, options) =>
      events.append(streamName, batch, options).catch((error: unknown) => {
        if (batch.length !== 3) throw error;
        return { streamName, revision: 0, position: 1, repeated: true };
      }),
  },
}));

noticed('skips an event that is written while a subscription begins', racing, ({ events }) => ({
  events: {
    subscribeToAll: (options): Subscription => ({
      async *[Symbol.asyncIterator]() {
        const head = await events.head();
        for await (const message of events.subscribeToAll(options)) {
          if (message.kind === 'events' && head > 2)
            yield { ...message, events: message.events.filter(({ position }) => position !== head) };
          else yield message;
        }
      },
    }),
  },
}));

noticed('keeps text without half surrogate pairs only', anyValue, ({ events }) => ({
  events: {
    append: (name, batch, options) =>
      events.append(
        name,
        batch.map((event) => ({ ...event, data: event.data.replaceAll(/\\u[dD][89a-fA-F]../g, '\\ufffd') })),
        options,
      ),
  },
}));

noticed('takes -0 for 0', anyValue, ({ events }) => ({
  events: {
    append: (name, batch, options) =>
      events.append(
        name,
        batch.map((event) => ({
          ...event,
          metadata: event.metadata?.replaceAll(/,?"[^"]*":"-0"/g, '').replace('{,', '{'),
        })),
        options,
      ),
  },
}));

async function lastOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

test.run();

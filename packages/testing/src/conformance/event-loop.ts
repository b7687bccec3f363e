import assert from 'node:assert/strict';
import type { EventStore } from '@tidemark/core';
import { any, numbered, range } from './language.ts';
import type { Rules } from './rule.ts';

const count = 4_000;
/** What a consumer does with a page takes so long, in ms: no store is too fast for this. */
const busy = 5;

export const eventLoop: Rules = {
  'reading a long log leaves others their turns': async ({ events }) => {
    await fill(events);
    const turns = await turnsDuring(async (consume) => {
      for await (const page of events.readAll().pages()) consume(page.length);
    });
    assert.ok(turns >= 3, `${turns} turns`);
  },

  'reading a long stream leaves others their turns': async ({ events }) => {
    await fill(events);
    const turns = await turnsDuring(async (consume) => {
      for await (const page of events.readStream('account-1').pages()) consume(page.length);
    });
    assert.ok(turns >= 3, `${turns} turns`);
  },

  'a subscription that catches up leaves others their turns': async ({ events }) => {
    await fill(events);
    const turns = await turnsDuring(async (consume) => {
      for await (const message of events.subscribeToAll()) {
        if (message.kind === 'events') consume(message.events.length);
        if (message.kind === 'progress' && message.caughtUp) break;
      }
    });
    assert.ok(turns >= 3, `${turns} turns`);
  },
};

async function fill(events: EventStore): Promise<void> {
  for (const batch of range(4)) await events.append('account-1', numbered(count / 4, (batch * count) / 4), any);
}

/** How many turns of the event loop others had between the first events and the last. */
async function turnsDuring(read: (consume: (events: number) => void) => Promise<void>): Promise<number> {
  let turns = 0;
  let seen = 0;
  let between = 0;
  let over = false;
  const next = () => {
    turns += 1;
    if (!over) setImmediate(next);
  };
  setImmediate(next);
  try {
    await read((events) => {
      if (seen === 0) turns = 0;
      seen += events;
      between = turns;
      for (const began = performance.now(); performance.now() - began < busy; );
    });
  } finally {
    over = true;
  }
  assert.equal(seen, count);
  return between;
}

import assert from 'node:assert/strict';
import { type EventData, type EventStore, eventData, type StoredEvent } from '@tidemark/core';
import { all, any, firstOf, numbers } from './language.ts';
import type { Rules } from './rule.ts';

const long = '2001-02-03T04:05:06.789Z';
const longer = '2000-01-01T00:00:00.000Z';

/** An event with this metadata, which `eventData` leaves to `copyLog`. */
function noted(metadata: object, number = 0): EventData {
  const { metadata: _, ...event } = eventData('Numbered', { number });
  return { ...event, metadata: JSON.stringify(metadata) };
}

/** The first event, in each way that there is to read it. */
async function everyWay(events: EventStore, streamName: string): Promise<readonly StoredEvent[]> {
  const filter = { prefixes: [streamName] };
  const followed = async (messages: ReturnType<EventStore['subscribeToAll']>) => {
    const message = await firstOf(messages);
    assert.equal(message.kind, 'events');
    return (message as { readonly events: readonly StoredEvent[] }).events[0] as StoredEvent;
  };
  return [
    await firstOf(events.readStream(streamName)),
    await firstOf(events.readStream(streamName, { direction: 'backwards' })),
    await firstOf(events.readAll({ filter })),
    await firstOf(events.readAll({ filter, direction: 'backwards' })),
    await followed(events.subscribeToStream(streamName)),
    await followed(events.subscribeToAll({ filter })),
  ];
}

const times = ({ recordedAt, occurredAt }: StoredEvent) => [recordedAt.toISOString(), occurredAt.toISOString()];

export const recordedTimes: Rules = {
  '`$recordedAt` in the metadata wins over the store’s clock, however the event is read': async ({ events }) => {
    await events.append('account-1', [noted({ $recordedAt: long })], any);
    for (const event of await everyWay(events, 'account-1')) assert.deepEqual(times(event), [long, long]);
  },

  'when it occurred is still what `$occurredAt` says': async ({ events }) => {
    await events.append('account-1', [noted({ $occurredAt: longer, $recordedAt: long })], any);
    for (const event of await everyWay(events, 'account-1')) assert.deepEqual(times(event), [long, longer]);
  },

  'the store’s clock counts where `$recordedAt` is no time, or stands elsewhere': async ({ events, clock }) => {
    await events.append(
      'account-1',
      [noted({ $recordedAt: 'long ago' }), noted({ $recordedAt: 7 }), noted({ note: { $recordedAt: long } })],
      any,
    );
    const now = clock.now().toISOString();
    for (const event of await all(events.readStream('account-1'))) assert.deepEqual(times(event), [now, now]);
  },

  '`maxAge` counts from the store’s own clock': async ({ events, clock }) => {
    await events.append('account-1', [noted({ $recordedAt: long }, 0)], any);
    clock.advance(30_000);
    await events.append('account-1', [noted({ $recordedAt: longer }, 1)], any);
    await events.changeStreamMetadata('account-1', { maxAge: 20 });
    assert.deepEqual(await numbers(events.readStream('account-1')), [1]);
  },
};

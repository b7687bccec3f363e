/** A store on a server of another process, through `@kurrent/kurrentdb-client`, and what is appended to several of its streams. */
import assert from 'node:assert/strict';
import type { EventData, EventStore, StreamAppend } from '@tidemark/core';
import { type EventStoreDBOptions, eventStoreDB } from '../src/index.ts';
import { idsOf, numbered } from './adapter/saying.ts';
import { through } from './kurrent-target.ts';
import { serversOfAnotherProcess } from './servers.ts';
import type { Wanted } from './servers-child.ts';

export const servers = serversOfAnotherProcess();

export interface Opened extends AsyncDisposable {
  readonly address: string;
  readonly events: EventStore;
}

export async function opened(options: EventStoreDBOptions = {}, wanted: Wanted = { version: '25.1' }): Promise<Opened> {
  const address = await servers.start(wanted);
  const { events, close } = await eventStoreDB(through(address), options).open();
  return {
    address,
    events,
    [Symbol.asyncDispose]: async () => {
      await close();
      await servers.stop(address);
    },
  };
}

export const to = (
  streamName: string,
  events: readonly EventData[],
  expectedRevision: StreamAppend['expectedRevision'] = 'no_stream',
) => ({ streamName, events, expectedRevision });

export const both = (expectedRevision: StreamAppend['expectedRevision'] = 'no_stream') =>
  ['account-1', 'account-2'].map((name) => to(name, numbered(2), expectedRevision));

/** What is stored now is what was asked for, once. */
export async function assertStoredOnce(events: EventStore, appends: readonly StreamAppend[]): Promise<void> {
  for (const { streamName, events: wanted } of appends) {
    assert.deepEqual(
      await idsOf(events.readStream(streamName)),
      wanted.map(({ eventId }) => eventId),
    );
  }
}

/** The same once more, as another event. */
export const anew = (event: EventData): EventData => ({ ...event, eventId: crypto.randomUUID() });

/** A store whose writes of metadata wait for a hand: so what others do comes before them, or behind them. */
import { EventStoreDBClient } from '@eventstore/db-client';
import type { Stores } from '@tidemark/core';
import { eventStoreDB } from '../../src/index.ts';

type Append = (streamName: string, ...rest: never[]) => Promise<unknown>;

export interface Held extends AsyncDisposable {
  readonly events: Stores['events'];
  /** Resolves when a write of metadata is about to be sent; it waits until it is sent or stored. */
  readonly arrived: Promise<void>;
  /** Sends it, and those that follow. */
  send(): void;
  /** Sends it; its answer waits until `send` is called. Resolves when the server has it. */
  sendAlone(): Promise<void>;
  /** As `sendAlone`, but the store hears of nothing any more, like a process that is killed at that moment. */
  sendAndKill(): Promise<void>;
}

/** On a server that has other stores, too. */
export async function held(connectionString: string): Promise<Held> {
  const client = EventStoreDBClient.connectionString(connectionString);
  const append = client.appendToStream.bind(client) as Append;
  const arrived = signal();
  const sent = signal();
  const stored = signal();
  const answered = signal();
  let isKilled = false;
  const waiting: Append = async (streamName, ...rest) => {
    if (isKilled) throw new Error('killed');
    if (!streamName.startsWith('$$')) return append(streamName, ...rest);
    arrived.give();
    await sent.given;
    const result = await append(streamName, ...rest);
    stored.give();
    await answered.given;
    if (isKilled) throw new Error('killed');
    return result;
  };
  Object.assign(client, { appendToStream: waiting });
  const { events, close } = await eventStoreDB({ client: () => client }, { retryFor: 1 }).open();
  const send = () => {
    sent.give();
    answered.give();
  };
  return {
    events,
    arrived: arrived.given,
    send,
    sendAndKill: async () => {
      sent.give();
      await stored.given;
      isKilled = true;
      answered.give();
    },
    sendAlone: () => {
      sent.give();
      return stored.given;
    },
    [Symbol.asyncDispose]: close,
  };
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

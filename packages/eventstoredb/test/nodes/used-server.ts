/**
 * What a real server's log has that a new one lacks: others' events of before, and all the while the server's own: figures of
 * itself, and the links that its projections write behind every event.
 */
import { randomUUID } from 'node:crypto';
import { END, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { TestCluster } from '../../src/test-server/index.ts';
import type { Issued } from '../test-server/certificate.ts';

const others = 700;
const credentials = { username: 'admin', password: 'changeit' };

/** Resolves when there is a past; the rest goes on as long as the cluster does. */
export async function makeUsed(cluster: TestCluster, tls: Issued | undefined): Promise<void> {
  const hosts = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`);
  const ca = tls === undefined ? undefined : Buffer.from(tls.authority);
  const client = new EventStoreDBClient(
    { endpoint: { address: '127.0.0.1', port: Number(hosts[0]?.split(':')[1]) } },
    ca === undefined ? { insecure: true } : { rootCertificate: ca },
    credentials,
  );
  const write = (stream: string, events: Parameters<EventStoreDBClient['appendToStream']>[1]) =>
    client.appendToStream(stream, events, { credentials });
  for (let count = 0; count < others; count += 10) {
    const events = Array.from({ length: 10 }, (_, index) => jsonEvent({ type: 'Numbered', data: { number: index } }));
    await write(`account-${count % 70}`, events);
  }
  await client.setStreamMetadata('account-0', { maxCount: 3 }, { credentials });
  await client.deleteStream('account-10', { credentials });
  await client.tombstoneStream('account-20', { credentials });
  const contentType = 'application/octet-stream' as const;
  const data = Buffer.from([0, 255, 1]);
  await write('camera-1', { id: randomUUID(), type: 'Frame', contentType, data } as never);
  void keepProjecting(client, write);
  setInterval(() => {
    const stats = jsonEvent({ type: '$statsCollected', data: { 'proc-mem': process.memoryUsage().rss } });
    write(`$stats-${hosts[0]}`, stats).catch(() => {});
  }, 100).unref();
}

type Write = (stream: string, events: Parameters<EventStoreDBClient['appendToStream']>[1]) => Promise<unknown>;

/** As `$by_category` and `$by_event_type`, which write a little later than what they write of. */
async function keepProjecting(client: EventStoreDBClient, write: Write): Promise<void> {
  const links = new Map<string, unknown[]>();
  const link = (stream: string, { revision, streamId }: { revision: bigint; streamId: string }) => {
    const contentType = 'application/octet-stream' as const;
    const to = {
      id: randomUUID(),
      type: '$>',
      contentType,
      data: Buffer.from(`${revision}@${streamId}`),
      metadata: undefined,
    };
    links.set(stream, [...(links.get(stream) ?? []), to]);
  };
  const flush = async () => {
    const waiting = [...links];
    links.clear();
    for (const [stream, written] of waiting) await write(stream, written as never);
  };
  setInterval(() => void flush().catch(() => {}), 50).unref();
  for (;;) {
    try {
      for await (const { event } of client.subscribeToAll({ fromPosition: END, credentials })) {
        if (event === undefined || event.streamId.startsWith('$')) continue;
        link(`$ce-${event.streamId.split('-')[0]}`, event);
        link(`$et-${event.type}`, event);
      }
    } catch {
      // The node behind is being killed: the projections go on when there is one again.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  copyLog,
  createApplication,
  DomainEvent,
  Handles,
} from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';

@DomainEvent('ParcelScanned')
class ParcelScanned {
  constructor(readonly place: string) {}
}

class ScanParcel {
  @AggregateId() parcelId!: string;
  place!: string;
}

@Aggregate('parcel')
class Parcel extends AggregateRoot {
  @Handles(ScanParcel)
  scan({ place }: ScanParcel) {
    this.record(new ParcelScanned(place));
  }

  @Applies(ParcelScanned)
  scanned() {}
}

// #region stop
const app = await createApplication({
  store: sqlite('parcels.db'),
  aggregates: [Parcel],
  stopTimeout: 8_000, // less than the service manager waits before it kills
});
const server = createServer(answer).listen(0);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);

async function stop() {
  server.close(); // lets nobody new in
  await app.stop().catch((error) => {
    console.error(error); // StopTimeoutError names what did not end
    process.exit(1);
  });
  console.log('stopped'); // nothing holds the process any more, and it ends
}
// #endregion stop

// #region probe
async function answer(_request: IncomingMessage, response: ServerResponse) {
  const health = await app.health();
  const canServe = health.status !== 'stopped' && health.storeError === undefined;
  response.writeHead(canServe ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(health));
}
// #endregion probe

await app.execute(ScanParcel, { parcelId: '1', place: 'Rome' });

// #region backup
const from = await sqlite('parcels.db').open(); // the application may go on writing
const to = await sqlite('backup.db').open();
const { events } = await copyLog(from.events, to.events);
console.log(`${events} events are in the backup`);
await Promise.all([from.close(), to.close()]);
// #endregion backup

const { port } = server.address() as { port: number };
const probed = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
console.log(probed.status, ((await probed.json()) as { status: string }).status);
process.kill(process.pid, 'SIGTERM');

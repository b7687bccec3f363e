/** A server of its own for `scenarios/eventstoredb.ts`: what it costs is not the client's cost. */
import { startTestServer } from '@tidemark/eventstoredb/test-server';
import { handOver, readyToGo } from './parent.ts';

const server = await startTestServer();
await readyToGo();
await handOver({ connectionString: server.connectionString });
await server.stop();

/** `@tidemark/eventstoredb/test-server`: an EventStoreDB server for tests, in the process. */

export type { User } from './access.ts';
// Several nodes
export { startTestCluster, type TestCluster, type TestClusterNode, type TestClusterOptions } from './cluster.ts';
export type { FaultScope, Faults } from './faults.ts';
export type { Certificate } from './listener.ts';

// What it is doing, and how it misbehaves
export type { CallCounts, CallKind } from './open-calls.ts';
export type { TestServerOptions } from './options.ts';
export type { ServerVersion } from './server-version.ts';
// The server
export { startTestServer, type TestServer } from './test-server.ts';

/** The public surface of `@tidemark/eventstoredb`. */

// What a client has to have
export type { CallOptions, Credentials, EventStoreClient } from './client-type.ts';
export { withCredentials } from './credentials.ts';
// The store
export { eventStoreDB } from './event-store-db.ts';
export type { ClientFactory, EventStoreDBOptions, NodePreference } from './options.ts';

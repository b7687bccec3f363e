/** What the services of one node share. */
import type { Access } from './access.ts';
import type { Faults } from './faults.ts';
import type { Leadership } from './leadership.ts';
import type { Log } from './log.ts';
import type { OpenCalls } from './open-calls.ts';
import type { ServerVersion } from './server-version.ts';
import type { Endpoint } from './service-error.ts';

export interface NodeContext {
  readonly version: ServerVersion;
  readonly log: Log;
  readonly access: Access;
  readonly faults: Faults;
  readonly calls: OpenCalls;
  /** Bytes of data in one append. */
  readonly maxAppendSize: number;
  /** How long one append may take at most, in ms. */
  readonly writeTimeout: number;
  /** How many live events a subscription may be behind before it is dropped. */
  readonly liveBuffer: number;
  /** The batch append streams that are open: each ends itself as if all were well. */
  readonly batchStreams: Set<() => void>;
  /** The subscriptions that are open: each drops itself as a consumer that is too slow. */
  readonly subscriptions: Set<() => void>;
  leadership(): Leadership;
  members(): readonly Member[];
  dropConnections(): void;
}

/** A node as gossip tells of it. */
export interface Member extends Endpoint {
  readonly instanceId: string;
  readonly role: Leadership['role'];
  readonly isAlive: boolean;
}

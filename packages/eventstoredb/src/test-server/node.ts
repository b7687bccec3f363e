/** One node: its port, its faults, its open calls, over a log that it may share. */
import { randomUUID } from 'node:crypto';
import { Access } from './access.ts';
import { Faults } from './faults.ts';
import type { Leadership } from './leadership.ts';
import { Listener } from './listener.ts';
import type { Log } from './log.ts';
import type { Member, NodeContext } from './node-context.ts';
import { OpenCalls } from './open-calls.ts';
import type { Settings } from './options.ts';
import type { ServerVersion } from './server-version.ts';
import type { Endpoint } from './service-error.ts';

/** What a node asks of those it belongs to. */
export interface Surroundings {
  log(): Log;
  leadershipOf(node: Node): Leadership;
  members(): readonly Member[];
}

export class Node implements NodeContext {
  readonly instanceId = randomUUID();
  readonly version: ServerVersion;
  readonly host: string;
  readonly access: Access;
  readonly calls = new OpenCalls();
  readonly batchStreams = new Set<() => void>();
  readonly subscriptions = new Set<() => void>();
  readonly maxAppendSize: number;
  readonly writeTimeout: number;
  readonly liveBuffer: number;
  readonly faults = new Faults({
    dropConnections: () => this.dropConnections(),
    endBatchStreams: () => callAll(this.batchStreams),
    overflowSubscriptions: () => callAll(this.subscriptions),
  });
  readonly #settings: Settings;
  readonly #surroundings: Surroundings;
  #listener: Listener | undefined;
  #port: number;

  constructor(
    settings: Settings,
    surroundings: Surroundings,
    /** The port that clients are told, where it is another than the node's own. */
    private readonly advertisedPort?: number,
  ) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.version = settings.version;
    this.host = settings.host;
    this.#port = settings.port;
    this.access = new Access(settings.users);
    this.maxAppendSize = settings.maxAppendSize;
    this.writeTimeout = settings.writeTimeout;
    this.liveBuffer = settings.liveBuffer;
  }

  /** On the port it had, if it had one. */
  async start(): Promise<void> {
    this.#listener = await Listener.open(this, this.host, this.#port, this.#settings.tls);
    this.#port = this.#listener.port;
  }

  async shutDown(): Promise<void> {
    await this.#leave((listener) => listener.shutDown());
  }

  async kill(): Promise<void> {
    await this.#leave((listener) => listener.kill());
  }

  get isAlive(): boolean {
    return this.#listener !== undefined;
  }

  get port(): number {
    return this.#port;
  }

  get connectionString(): string {
    return `esdb://${this.host}:${this.#port}?tls=${this.#settings.tls !== undefined}`;
  }

  get log(): Log {
    return this.#surroundings.log();
  }

  leadership(): Leadership {
    return this.#surroundings.leadershipOf(this);
  }

  members(): readonly Member[] {
    return this.#surroundings.members();
  }

  /** Where clients are to look for it. */
  endpoint(): Endpoint {
    return { address: this.host, port: this.advertisedPort ?? this.#port };
  }

  asMember(): Member {
    const { instanceId, isAlive } = this;
    return { ...this.endpoint(), instanceId, isAlive, role: this.leadership().role };
  }

  get connections(): number {
    return this.#listener?.connections ?? 0;
  }

  dropConnections(): void {
    this.#listener?.dropConnections();
  }

  async #leave(by: (listener: Listener) => Promise<void>): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener) await by(listener);
  }
}

function callAll(listeners: ReadonlySet<() => void>): void {
  for (const listener of [...listeners]) listener();
}

/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Several nodes in one process: one of them leads. They share one log, so nothing that was acknowledged is ever lost and a
 * follower is never behind; what a client sees of a change of leaders is as it is on a real cluster.
 */
import { ArgumentError } from '@tidemark/core';
import type { Faults } from './faults.ts';
import type { Leadership } from './leadership.ts';
import { Log } from './log.ts';
import { Node } from './node.ts';
import type { CallCounts } from './open-calls.ts';
import { settingsOf, type TestServerOptions } from './options.ts';

export interface TestClusterOptions extends Omit<TestServerOptions, 'port'> {
  /** How many nodes; default 3. */
  readonly size?: number | undefined;
  /** How long the others take to elect a new leader when theirs has gone, in ms; default 50. */
  readonly electionTime?: number | undefined;
  /**
   * The ports that gossip tells clients, one for each node, where something stands between: a proxy, or a container's mapped
   * ports. Default: the nodes' own.
   */
  readonly advertisedPorts?: readonly number[] | undefined;
}

/** One of the nodes, alive or not. */
export interface TestClusterNode {
  /** Of this node alone, without the others. */
  readonly connectionString: string;
  readonly port: number;
  readonly isAlive: boolean;
  readonly faults: Faults;
  readonly openCalls: CallCounts;
  readonly seenCalls: CallCounts;
}

/** A cluster for tests. It works with `await using`. */
export interface TestCluster extends AsyncDisposable {
  /** With all nodes: a client asks them who leads. */
  readonly connectionString: string;
  readonly nodes: readonly TestClusterNode[];
  /** Undefined while there is none: after it was killed until another is elected, and without a majority. */
  readonly leader: TestClusterNode | undefined;
  /** Another node leads from now on: the one given, or the next that is alive. Nobody's connection is cut. */
  moveLeader(to?: TestClusterNode): void;
  /** The node is gone without a word. If it led, the others elect a new leader after `electionTime`, if they are a majority. */
  kill(node: TestClusterNode): Promise<void>;
  /** The node is back on its port. */
  start(node: TestClusterNode): Promise<void>;
  stop(): Promise<void>;
}

/** Throws `ArgumentError`. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const { size = 3, electionTime = 50, advertisedPorts, ...rest } = options;
  for (const [name, value] of Object.entries({ size, electionTime })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new ArgumentError(`test cluster ${name}`, String(value), 'a whole number of at least 1');
  }
  assertPorts(advertisedPorts, size);
  const cluster = new Cluster({ size, electionTime, advertisedPorts }, rest);
  await Promise.all(cluster.members.map(({ node }) => node.start()));
  return cluster;
}

function assertPorts(ports: readonly number[] | undefined, size: number): void {
  if (ports === undefined) return;
  const isPort = (port: unknown) => typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (Array.isArray(ports) && ports.length === size && ports.every(isPort)) return;
  throw new ArgumentError('test cluster advertisedPorts', JSON.stringify(ports), `${size} ports from 1 to 65535`);
}

interface Shape {
  readonly size: number;
  readonly electionTime: number;
  readonly advertisedPorts: readonly number[] | undefined;
}

class Cluster implements TestCluster {
  readonly members: readonly ClusterNode[];
  readonly #log: Log;
  readonly #electionTime: number;
  #leader: ClusterNode | undefined;
  #election: NodeJS.Timeout | undefined;

  constructor({ size, electionTime, advertisedPorts }: Shape, options: TestServerOptions) {
    const settings = settingsOf(options);
    this.#electionTime = electionTime;
    this.#log = new Log(settings.now);
    const surroundings = {
      log: () => this.#log,
      leadershipOf: (node: Node) => this.#leadershipOf(node),
      members: () => this.members.map(({ node }) => node.asMember()),
    };
    this.members = Array.from(
      { length: size },
      (_, index) => new ClusterNode(new Node(settings, surroundings, advertisedPorts?.[index])),
    );
    this.#leader = this.members[0];
  }

  get nodes(): readonly TestClusterNode[] {
    return this.members;
  }

  get leader(): TestClusterNode | undefined {
    return this.#leader;
  }

  get connectionString(): string {
    const [first] = this.members;
    const endpoints = this.members.map(({ node }) => node.endpoint());
    const hosts = endpoints.map(({ address, port }) => `${address}:${port}`);
    return `esdb://${hosts.join(',')}?${first?.connectionString.split('?')[1]}`;
  }

  moveLeader(to?: TestClusterNode): void {
    const next = to ? this.#memberOf(to) : this.#nextAlive();
    if (!next?.isAlive) throw new ArgumentError('moveLeader', 'a node that is not alive', 'one that is');
    this.#elect(next);
  }

  async kill(node: TestClusterNode): Promise<void> {
    const member = this.#memberOf(node);
    const killed = member.node.kill();
    if (this.#leader === member || !this.#hasMajority()) this.#elect(undefined);
    this.#electLater();
    await killed;
  }

  async start(node: TestClusterNode): Promise<void> {
    await this.#memberOf(node).node.start();
    this.#electLater();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#election);
    await Promise.all(this.members.map(({ node }) => node.shutDown()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #leadershipOf(node: Node): Leadership {
    if (this.#leader?.node === node) return { role: 'leader' };
    if (this.#leader === undefined) return { role: 'leaderless' };
    return { role: 'follower', leader: this.#leader.node.endpoint() };
  }

  #electLater(): void {
    clearTimeout(this.#election);
    if (this.#leader !== undefined) return;
    this.#election = setTimeout(() => {
      if (this.#hasMajority()) this.#elect(this.#nextAlive());
    }, this.#electionTime);
  }

  /** A new leader has not seen the ids that the old one remembers. */
  #elect(next: ClusterNode | undefined): void {
    this.#leader = next;
    this.#log.forgetRecentIds();
  }

  #nextAlive(): ClusterNode | undefined {
    const from = this.#leader ? this.members.indexOf(this.#leader) + 1 : 0;
    return [...this.members.slice(from), ...this.members.slice(0, from)].find(({ isAlive }) => isAlive);
  }

  #hasMajority(): boolean {
    return this.members.filter(({ isAlive }) => isAlive).length > this.members.length / 2;
  }

  #memberOf(node: TestClusterNode): ClusterNode {
    const member = this.members.find((each) => each === node);
    if (member === undefined)
      throw new ArgumentError('test cluster node', 'a node of something else', 'one of its own');
    return member;
  }
}

class ClusterNode implements TestClusterNode {
  readonly node: Node;

  constructor(node: Node) {
    this.node = node;
  }

  get connectionString(): string {
    return this.node.connectionString;
  }

  get port(): number {
    return this.node.port;
  }

  get isAlive(): boolean {
    return this.node.isAlive;
  }

  get faults(): Faults {
    return this.node.faults;
  }

  get openCalls(): CallCounts {
    return this.node.calls.open;
  }

  get seenCalls(): CallCounts {
    return this.node.calls.seen;
  }
}

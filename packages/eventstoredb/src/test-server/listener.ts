/** The port of a node: a gRPC server behind sockets of our own, so that they can be cut off. */
import net from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { NodeContext } from './node-context.ts';
import { addServices } from './services/index.ts';

/** PEM texts. */
export interface Certificate {
  readonly certificate: string | Buffer;
  readonly privateKey: string | Buffer;
}

/** As large as the client takes. */
const maxMessageBytes = 17 * 1024 * 1024;
/** How long a closed session may take to say goodbye, in ms: to whoever has a call open, and to whoever has not. */
const farewell = { inCall: 20, idle: 1 };

export class Listener {
  readonly #grpc = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.enable_channelz': 0,
  });
  readonly #net = net.createServer({ noDelay: true });
  readonly #sockets = new Set<net.Socket>();

  private constructor(
    private readonly node: NodeContext,
    tls: Certificate | undefined,
  ) {
    addServices(this.#grpc, node);
    const injector = this.#grpc.createConnectionInjector(credentials(tls));
    this.#net.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {}); // a client that resets its connection is its own affair
      injector.injectConnection(socket);
    });
  }

  /** Rejects with the system's error where the port is taken. */
  static async open(node: NodeContext, host: string, port: number, tls: Certificate | undefined): Promise<Listener> {
    const listener = new Listener(node, tls);
    await new Promise<void>((resolve, reject) => {
      listener.#net.once('error', reject);
      listener.#net.listen(port, host, resolve);
    });
    return listener;
  }

  get port(): number {
    return (this.#net.address() as net.AddressInfo).port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cancels the open calls, as a node does that is told to stop. Resolves when the port is free. */
  async shutDown(): Promise<void> {
    const isInCall = Object.values(this.node.calls.open).some((count) => count > 0);
    this.#grpc.forceShutdown();
    const timer = setTimeout(() => this.dropConnections(), isInCall ? farewell.inCall : farewell.idle);
    await this.#closed();
    clearTimeout(timer);
  }

  /** Is gone without a word, as a process that is killed. Resolves when the port is free. */
  async kill(): Promise<void> {
    const closed = this.#closed();
    this.dropConnections();
    this.#grpc.forceShutdown();
    await closed;
  }

  #closed(): Promise<void> {
    return new Promise((resolve) => this.#net.close(() => resolve()));
  }
}

function credentials(tls: Certificate | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.privateKey) };
  return ServerCredentials.createSsl(null, [pair]);
}

/** What a streaming call sends, at the pace at which its client takes it. */
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { asServiceError } from '../service-error.ts';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

export class Output {
  readonly #call: ReadCall;
  readonly #onEnd: (() => void)[] = [];
  #isOpen = true;
  #resume: () => void = () => {};

  constructor(call: ReadCall) {
    this.#call = call;
    call.on('drain', () => this.#resume());
    call.once('cancelled', () => this.#close());
    call.on('error', () => this.#close());
  }

  /** False once the client has gone or the answer has ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls back once, when the answer ends in whichever way. */
  onEnd(listener: () => void): void {
    this.#onEnd.push(listener);
  }

  /** Resolves when there is room for more; one write at a time. */
  async write(message: ReadResp): Promise<void> {
    if (!this.#isOpen || this.#call.write(message)) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#call.end();
  }

  /** Ends with an error, after what was written. */
  fail(error: unknown): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#call.emit('error', asServiceError(error));
  }

  #close(): void {
    this.#isOpen = false;
    this.#resume();
    for (const listener of this.#onEnd.splice(0)) listener();
  }
}

/** Which calls a server has open at this moment, by kind. */

const callKinds = [
  'append',
  'batchAppend',
  'readStream',
  'readAll',
  'subscribeToStream',
  'subscribeToAll',
  'delete',
  'tombstone',
  'gossip',
  'serverFeatures',
] as const;

export type CallKind = (typeof callKinds)[number];

/** A number for each kind. A batch append counts once for its stream, however many appends are under way on it. */
export type CallCounts = Readonly<Record<CallKind, number>>;

/** What a call of grpc-js tells of its end, whichever comes first. */
interface Call {
  once(event: 'cancelled' | 'finish' | 'close' | 'error', listener: () => void): unknown;
}

export class OpenCalls {
  readonly #open = zero();
  readonly #seen = zero();

  /** Calls open now. */
  get open(): CallCounts {
    return { ...this.#open };
  }

  /** All calls since the server was started first. */
  get seen(): CallCounts {
    return { ...this.#seen };
  }

  /** Counts a call until it ends; returns how to say that it has, for a call whose answer does not end it. */
  track(kind: CallKind, call: Call): () => void {
    this.#open[kind] += 1;
    this.#seen[kind] += 1;
    let isOpen = true;
    const end = () => {
      if (isOpen) this.#open[kind] -= 1;
      isOpen = false;
    };
    for (const event of ['cancelled', 'finish', 'close', 'error'] as const) call.once(event, end);
    return end;
  }
}

const zero = () => Object.fromEntries(callKinds.map((kind) => [kind, 0])) as Record<CallKind, number>;

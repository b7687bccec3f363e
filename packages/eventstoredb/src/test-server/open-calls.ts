/** Which calls a server has open at this moment, by kind. */

export const callKinds = [
  'append',
  'batchAppend',
  'appendSession',
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

  /** Counts a call until its client cancels it or goes away, or what is returned is called: it was answered. */
  track(kind: CallKind, call: { once(event: 'cancelled', listener: () => void): unknown }): () => void {
    this.#open[kind] += 1;
    this.#seen[kind] += 1;
    let isOpen = true;
    const end = () => {
      if (isOpen) this.#open[kind] -= 1;
      isOpen = false;
    };
    call.once('cancelled', end);
    return end;
  }
}

const zero = () => Object.fromEntries(callKinds.map((kind) => [kind, 0])) as Record<CallKind, number>;

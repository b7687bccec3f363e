/** The ids that `any` and `stream_exists` recognise: the newest 8 MiB of them, first in, first out. */

interface Place {
  readonly stream: string;
  readonly revision: bigint;
}

const limitBytes = 8 * 1024 * 1024;
/** What the server counts for an entry beside its stream's name. */
const entryBytes = 28;

export class RecentIds {
  readonly #places = new Map<string, Place>();
  readonly #limit: number;
  #bytes = 0;

  constructor(limit = limitBytes) {
    this.#limit = limit;
  }

  get(id: string): Place | undefined {
    return this.#places.get(id);
  }

  put(id: string, place: Place): void {
    this.#forget(id);
    this.#places.set(id, place);
    this.#bytes += sizeOf(place);
    for (const oldest of this.#places.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.#forget(oldest);
    }
  }

  #forget(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    this.#bytes -= sizeOf(place);
  }
}

const sizeOf = ({ stream }: Place) => entryBytes + 2 * stream.length;

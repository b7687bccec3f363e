/**
 * Which streams were read, and found to be there, in this turn of the event loop. Whoever appends in the same turn has
 * waited for nothing since, and another look at the stream would come no nearer to the append than the reading did: it
 * would have to be waited for as well.
 */
export class JustRead {
  readonly #names = new Set<string>();

  note(streamName: string): void {
    if (this.#names.size === 0) setImmediate(() => this.#names.clear());
    this.#names.add(streamName);
  }

  has(streamName: string): boolean {
    return this.#names.has(streamName);
  }
}

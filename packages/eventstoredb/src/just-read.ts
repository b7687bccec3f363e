/**
 * Which streams were read, and found to be there, in this turn of the event loop. Whoever appends in the same turn has
 * waited for nothing since, and another look at the stream would come no nearer to the append than the reading did: it
 * would have to be waited for as well.
 */
export class JustRead {
  readonly #names = new Set<string>();
  #deletions = 0;

  /** Where a reading begins, for `note`. */
  begin(): number {
    return this.#deletions;
  }

  /** A reading that began before this store deleted something may have been overtaken by the deletion. */
  note(streamName: string, begun: number): void {
    if (begun !== this.#deletions) return;
    if (this.#names.size === 0) setImmediate(() => this.#names.clear());
    this.#names.add(streamName);
  }

  /** A stream was deleted: who hears of it in this turn must not be told what was read before. */
  deleted(): void {
    this.#deletions += 1;
    this.#names.clear();
  }

  has(streamName: string): boolean {
    return this.#names.has(streamName);
  }
}

import type { PeerLog } from './peer.ts';

/** More refusals of one append than chance explains. */
const most = 20;

/** Asks again for an append that was refused, as whoever wants it stored would have to, and counts how often. */
export class Insisting {
  #calls = 0;
  #refused = 0;

  constructor(private readonly log: Pick<PeerLog, 'append'>) {}

  /** Rejects where the same is refused again and again. */
  async append(...append: Parameters<PeerLog['append']>): Promise<void> {
    for (let refused = 0; ; refused += 1) {
      this.#calls += 1;
      try {
        await this.log.append(...append);
        return;
      } catch (error) {
        this.#refused += 1;
        if (refused === most) throw error;
      }
    }
  }

  /** Of all calls until now. */
  figures(): Readonly<Record<string, number>> {
    return { 'refused, of 10,000': (10_000 * this.#refused) / this.#calls };
  }
}

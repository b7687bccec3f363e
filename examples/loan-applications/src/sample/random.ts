/** A small seeded source of chance. It uses whole-number arithmetic only, so every machine draws the same. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1 (the mulberry32 sequence). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0];
  }

  /** Each choice as often as its weight says. */
  weighted<T>(choices: readonly (readonly [T, number])[], otherwise: T): T {
    let left = this.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return otherwise;
  }

  shuffled<T>(items: readonly T[]): readonly T[] {
    const left = [...items];
    const out: T[] = [];
    while (left.length > 0) out.push(...left.splice(Math.floor(this.next() * left.length), 1));
    return out;
  }

  /** A duration of which a tenth is below `low`, half below `median` and nine tenths below `high`. */
  duration({ low, median, high }: Quantiles): number {
    const at = this.next();
    const between = (share: number, from: number, to: number) => Math.round(from + share * (to - from));
    if (at < 0.1) return between(at / 0.1, low * 0.5, low);
    if (at < 0.5) return between((at - 0.1) / 0.4, low, median);
    if (at < 0.9) return between((at - 0.5) / 0.4, median, high);
    return between((at - 0.9) / 0.1, high, high * 2);
  }
}

/** In milliseconds. */
export interface Quantiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

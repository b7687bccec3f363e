/** What a benchmark is made of: a scenario, and the ways of doing its work that are compared. */
import type { Bench } from './bench.ts';

/** Made anew for each round; everything but `run` is outside the measured time. */
export interface Work {
  /** The work that is timed. Returns how many it did, in the scenario's unit. */
  run(): number | Promise<number>;
  /** Throws where the work was not really done: no way may win by doing nothing. */
  check(): void | Promise<void>;
  close(): void | Promise<void>;
}

export interface Way {
  readonly name: string;
  /** Opens what the work needs, and warms it up. */
  prepare(): Promise<Work>;
  /** The name of the way it is compared with; the scenario's first one where absent. */
  readonly against?: string;
  /** The ratio it should reach, as storage.md and the issue set it. */
  readonly target?: number;
  /** A ratio that only a wrong shape falls below, however noisy the machine: `--smoke` fails there. */
  readonly floor?: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What is done, and what is done by hand beside it. */
  readonly about: string;
  /** What `run` counts, in the plural. */
  readonly unit: string;
  /** Makes the files that all ways share. The first way is the one that others are compared with. */
  open(bench: Bench): Promise<readonly Way[]>;
}

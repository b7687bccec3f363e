/** What a benchmark is made of: a scenario, and the ways of doing its work that are compared. */
import type { Bench } from './bench.ts';

/** How much was done where it was not done in this process: what `compare` would otherwise take itself. */
export interface Done {
  readonly count: number;
  readonly seconds: number;
  /** Of the processor, all threads together. */
  readonly cpuMicroseconds: number;
}

/** Made anew for each round; everything but `run` is outside the measured time. */
export interface Work {
  /** The work that is timed. Returns how many it did, in the scenario's unit. */
  run(): number | Done | Promise<number | Done>;
  /** Throws where the work was not really done: no way may win by doing nothing. */
  check(): void | Promise<void>;
  /** What else is worth a column, by the column's heading; asked for after `check`. */
  figures?(): Readonly<Record<string, number>>;
  close(): void | Promise<void>;
}

export interface Way {
  readonly name: string;
  /** Opens what the work needs, and warms it up. */
  prepare(): Promise<Work>;
  /** The name of the way it is compared with; the scenario's first one where absent. */
  readonly against?: string;
  /** The name of a second way it is compared with, in a column of its own. */
  readonly alsoAgainst?: string;
  /** The ratio it should reach, as storage.md and the issue set it. */
  readonly target?: number;
  /** A ratio that only a wrong shape falls below, however noisy the machine: `--smoke` fails there. */
  readonly floor?: number;
}

interface About {
  readonly name: string;
  readonly title: string;
  /** What is done, and what is done by hand beside it. */
  readonly about: string;
}

/** How much can be done in a second, one way beside the other. */
export interface RateScenario extends About {
  readonly kind?: undefined;
  /** What `run` counts, in the plural. */
  readonly unit: string;
  /** Not more rounds than these, however many were asked for. */
  readonly mostRounds?: number;
  /** So many times the rounds that were asked for, but in a smoke run; default 1. */
  readonly roundsFactor?: number;
  /** Rounds that are not counted; default 1. */
  readonly warmUps?: number;
  /** Makes the files that all ways share. The first way is the one that others are compared with. */
  open(bench: Bench): Promise<readonly Way[]>;
}

/** How long one thing takes to follow another while events come at a given rate. */
export interface DelayScenario extends About {
  readonly kind: 'delays';
  readonly rounds: number;
  open(bench: Bench): Promise<readonly DelayWay[]>;
}

export interface DelayWay {
  readonly name: string;
  /** One round, its warm-up excluded. Throws where anything was not seen. */
  measure(): Promise<Delays>;
  /** The 99th percentile it should keep, in ms behind the acknowledgement. */
  readonly target?: number;
  /** A median, in ms behind the acknowledgement, that only a wrong shape exceeds: `--smoke` fails there. */
  readonly ceiling?: number;
}

/** In ms, one for each event. */
export interface Delays {
  /** Since the moment the append was due, whether or not it could be called then. */
  readonly sinceDue: readonly number[];
  /** Since the writer knew that its event is on the disk; absent where that is what is waited for. */
  readonly sinceAcknowledged?: readonly number[];
}

export type Scenario = RateScenario | DelayScenario;

/** What belongs together, for who reads the results. */
export interface Chapter {
  readonly title: string;
  readonly about: string;
  readonly scenarios: readonly Scenario[];
}

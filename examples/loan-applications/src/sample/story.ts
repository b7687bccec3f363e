/** One made-up application while it happens: the moment it has reached, and the steps written down so far. */
import type { DeskStepName, LogStep, WorkItemName, WorkTransition } from '../xes/steps.ts';
import { nextOfficeTime } from './office-hours.ts';
import type { Quantiles, Random } from './random.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** What the bank's own software is called in the log. */
const portal = '100';
const people = ['201', '202', '203', '204', '205', '207', '208', '210', '211', '212', '215', '218', '221'] as const;

export interface SampleStep {
  readonly step: LogStep;
  readonly at: number;
  readonly by: string | undefined;
}

export class Story {
  readonly steps: SampleStep[] = [];
  #who: string | undefined = portal;

  constructor(
    readonly random: Random,
    public now: number,
  ) {}

  /** Steps that the software writes down at one and the same moment. */
  happen(...names: readonly DeskStepName[]): void {
    for (const name of names) this.#desk(name, this.#who);
  }

  automatically(...names: readonly DeskStepName[]): void {
    for (const name of names) this.#desk(name, portal);
  }

  schedule(name: WorkItemName): void {
    this.soon(40, 400);
    this.#work(name, 'SCHEDULE');
  }

  /** Somebody takes the item up after a while; about one session in fourteen does not say who. */
  start(name: WorkItemName, wait: Quantiles): void {
    this.now = nextOfficeTime(this.now + this.random.duration(wait));
    // Nobody is at the desk the very second the office opens.
    this.now += this.random.between(0, 20 * minute);
    this.#who = this.random.chance(0.07) ? undefined : this.random.pick(people);
    this.#work(name, 'START');
  }

  complete(name: WorkItemName): void {
    this.soon(800, 3_000);
    this.#work(name, 'COMPLETE');
  }

  /** The item is worked on and put down again. */
  session(name: WorkItemName, wait: Quantiles, length: Quantiles): void {
    this.start(name, wait);
    this.work(length);
    this.complete(name);
  }

  /** Now and then an item is left open, and put down on another day. */
  work(length: Quantiles): void {
    this.now += this.random.duration(length);
    if (this.random.chance(0.005)) this.now = nextOfficeTime(this.now + 15 * hour);
  }

  soon(from: number, to: number): void {
    this.now += this.random.between(from, to);
  }

  /** Nine in the morning or so, when the software tidies up. */
  overNight(days: number): void {
    this.now = nextOfficeTime(this.now + days * day);
    this.#who = this.random.pick(people);
  }

  #desk(name: DeskStepName, by: string | undefined): void {
    this.steps.push({ step: { kind: 'desk', name, transition: 'COMPLETE' }, at: this.now, by });
  }

  #work(name: WorkItemName, transition: WorkTransition): void {
    this.steps.push({ step: { kind: 'work', name, transition }, at: this.now, by: this.#who });
  }
}

/** What a watcher sees: lines that are written over on a screen, a plain line now and then anywhere else. */
import type { ProjectionState } from '@tidemark/core';
import { LiveLines } from '../report/live-lines.ts';
import { count, euros } from '../report/numbers.ts';
import type { Now } from '../report/pace.ts';
import type { Screen } from '../report/screen.ts';

export interface Seen {
  /** In the log. */
  readonly events: number;
  /** Applications, and their amount in euros. */
  readonly open: { readonly applications: number; readonly amount: number };
  /** How often each step was taken, by the event's name. */
  readonly steps: ReadonlyMap<string, number>;
  /** The last step that somebody took, and on which application. */
  readonly last: string;
  readonly openState: ProjectionState;
  readonly funnelState: ProjectionState;
}

const linesEvery = 3_000;
/** Over how many milliseconds the pace is taken. */
const paceOver = 5_000;

export class WatchView {
  readonly #live: LiveLines | undefined;
  readonly #samples: { readonly at: number; readonly events: number }[] = [];
  #seen: Partial<Seen> = {};
  #written = '';
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly screen: Screen,
    private readonly now: Now = () => performance.now(),
  ) {
    this.#live = screen.live ? new LiveLines(screen) : undefined;
  }

  show(seen: Partial<Seen>): void {
    this.#seen = { ...this.#seen, ...seen };
    this.#sample();
    if (this.#live !== undefined) this.#live.set(this.#lines());
    else if (this.now() - this.#writtenAt >= linesEvery) this.#write();
  }

  /** The last word. Safe to call twice. */
  stop(): void {
    this.#live?.done();
    if (this.#live === undefined) this.#write();
  }

  #sample(): void {
    const { events } = this.#seen;
    const at = this.now();
    if (events === undefined) return;
    this.#samples.push({ at, events });
    while ((this.#samples[1]?.at ?? at) < at - paceOver) this.#samples.shift();
  }

  get #perSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return ((last.events - first.events) / (last.at - first.at)) * 1000;
  }

  #lines(): readonly string[] {
    const { events = 0, open, steps, last = '–', openState = 'starting', funnelState = 'starting' } = this.#seen;
    const step = (name: string) => count(steps?.get(name) ?? 0);
    return [
      `  events   ${count(events)}, ${count(this.#perSecond)}/s`,
      `  open     ${open === undefined ? '–' : `${count(open.applications)} applications, ${euros(open.amount)}`}`,
      `  so far   ${step('ApplicationSubmitted')} submitted`,
      `  ended    ${step('ApplicationApproved')} approved, ${step('ApplicationDeclined')} declined, ${step('ApplicationCancelled')} cancelled`,
      `  last     ${last}`,
      `  models   open-applications ${openState}, funnel ${funnelState}`,
    ];
  }

  #write(): void {
    const { events, open, last } = this.#seen;
    if (events === undefined || open === undefined) return;
    const what = `${count(open.applications)} applications open, ${euros(open.amount)}`;
    const text = `  ${count(events)} events: ${what}${last === undefined ? '' : `; last ${last}`}`;
    if (text === this.#written) return;
    [this.#written, this.#writtenAt] = [text, this.now()];
    this.screen.write(`${text}\n`);
  }
}

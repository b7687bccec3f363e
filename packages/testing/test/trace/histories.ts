/**
 * Random lives of a correct consumer: some processes on one fenced checkpoint, that read in batches, commit, are fenced,
 * restart, and die, between a commit and its record too. What they record has to pass, whatever happens.
 */
import { ConsumerTrace, countedId, type LoggedEvent, type Trace, type TraceEntry } from '@tidemark/testing';
import fc from 'fast-check';

export interface History {
  readonly log: readonly LoggedEvent[];
  readonly traces: readonly RecordedTrace[];
}

/** A trace as plain entries, so that it can be changed. */
export interface RecordedTrace extends Trace {
  readonly list: readonly TraceEntry[];
}

export const filter = { types: ['Wanted'] };

export function traceWith(name: string, list: readonly TraceEntry[]): RecordedTrace {
  return { name, list, entries: () => list };
}

interface Step {
  readonly who: number;
  readonly what: 'deliver' | 'commit' | 'commit and die' | 'die' | 'restart' | 'rebuild';
  readonly count: number;
}

/** How far the next event is from the one before, and what it is today: which of its parts are wanted. */
interface Place {
  readonly gap: number;
  readonly parts: readonly boolean[] | boolean;
}

const place: fc.Arbitrary<Place> = fc.record({
  gap: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 50 })),
  parts: fc.oneof({ weight: 4, arbitrary: fc.boolean() }, fc.array(fc.boolean(), { minLength: 2, maxLength: 4 })),
});

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat({ max: 2 }),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constant('deliver' as const) },
    { weight: 4, arbitrary: fc.constant('commit' as const) },
    fc.constantFrom('commit and die' as const, 'die' as const, 'restart' as const),
    fc.constantFrom('commit and die' as const, 'rebuild' as const),
  ),
  count: fc.integer({ min: 1, max: 6 }),
});

/** The last process in turn reads to the end and commits there. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    places: fc.array(place, { minLength: 1, maxLength: 40, size: 'max' }),
    processes: fc.integer({ min: 1, max: 3 }),
    steps: fc.array(step, { maxLength: 60, size: 'max' }),
  })
  .map(({ places, processes, steps }) => {
    const log = logOf(places);
    const fleet = new Fleet(log, processes);
    for (const each of steps) fleet.take(each);
    fleet.finish();
    return { log, traces: fleet.traces.map(({ name, list }) => traceWith(name, list)) };
  });

function logOf(places: readonly Place[]): readonly LoggedEvent[] {
  let position = 0;
  return places.flatMap(({ gap, parts }) => {
    position += gap;
    const event = { position, eventId: countedId(position), category: 'a', streamName: 'a-1' };
    const type = (wanted: boolean) => (wanted ? 'Wanted' : 'Other');
    if (typeof parts === 'boolean') return [{ ...event, type: type(parts) }];
    return parts.map((wanted, part) => ({ ...event, type: type(wanted), part }));
  });
}

interface Process {
  trace: ConsumerTrace;
  /** The checkpoint it believes in. */
  expected: number;
  /** All up to here was delivered. */
  reached: number;
}

class Fleet {
  readonly traces: { name: string; list: TraceEntry[] }[] = [];
  readonly #processes: Process[];
  readonly #positions: readonly number[];
  #checkpoint = 0;
  #build = 0;

  constructor(
    private readonly log: readonly LoggedEvent[],
    processes: number,
  ) {
    this.#positions = [...new Set(log.map(({ position }) => position))];
    this.#processes = Array.from({ length: processes }, () => this.#born());
  }

  take({ who, what, count }: Step): void {
    const process = this.#processes[who % this.#processes.length] as Process;
    if (what === 'deliver') this.#deliver(process, count);
    else if (what === 'commit') this.#commit(process);
    else if (what === 'restart') this.#restart(process);
    else if (what === 'rebuild') this.#rebuild();
    else {
      // Dead before anything of it is recorded.
      if (what === 'commit and die' && process.expected === this.#checkpoint) this.#checkpoint = process.reached;
      this.#end(process, count % 2 === 0);
      Object.assign(process, this.#born());
    }
  }

  finish(): void {
    const [process] = this.#processes as [Process];
    this.#restart(process);
    this.#deliver(process, this.#positions.length);
    this.#commit(process);
    for (const each of this.#processes) this.#end(each, false);
  }

  #born(): Process {
    const trace = new ConsumerTrace({ name: `life ${this.traces.length + 1}`, build: this.#build });
    const process = { trace, expected: 0, reached: 0 };
    this.#restart(process);
    return process;
  }

  #deliver(process: Process, count: number): void {
    for (const position of this.#positions.filter((each) => each > process.reached).slice(0, count)) {
      for (const event of this.log)
        if (event.position === position && event.type === 'Wanted') process.trace.seen(event);
      process.reached = position;
    }
  }

  #commit(process: Process): void {
    if (process.expected !== this.#checkpoint) {
      this.#restart(process);
      return;
    }
    if (process.reached === this.#checkpoint) return;
    this.#checkpoint = process.reached;
    process.expected = this.#checkpoint;
    process.trace.committed({ position: this.#checkpoint, eventId: countedId(this.#checkpoint) });
  }

  #restart(process: Process): void {
    const position = this.#checkpoint;
    process.trace.restarted(position === 0 ? undefined : { position, eventId: countedId(position) });
    process.expected = position;
    process.reached = position;
  }

  #rebuild(): void {
    this.#checkpoint = 0;
    this.#build += 1;
    for (const process of this.#processes) {
      process.trace.reset(this.#build);
      this.#restart(process);
    }
  }

  #end({ trace }: Process, cut: boolean): void {
    const list = [...trace.entries()];
    this.traces.push({ name: trace.name, list: cut ? [...list, { kind: 'cut' }] : list });
  }
}

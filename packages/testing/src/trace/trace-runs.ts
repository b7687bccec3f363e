/** Reads traces entry by entry: cuts them into runs and builds of the model, and holds each run to the log. */
import type { Position } from '@tidemark/core';
import type { Findings, ViolationCode } from './invariant-error.ts';
import type { Index, LogIndex } from './log-index.ts';
import { RunCheck } from './run-check.ts';
import type { Trace, TraceEntry } from './trace-entry.ts';

/** One build of the model, by whatever processes. */
export interface Build {
  readonly runs: RunCheck[];
  /** Which entries of the log were delivered at all. */
  readonly delivered: Uint8Array;
}

/** A trace on its way. */
interface Reading {
  readonly trace: Trace;
  build: number;
  /** Counted from 1. */
  number: number;
  run: RunCheck | undefined;
  /** How far this trace knows that the checkpoint has come. */
  durable: Position;
}

type Placed = Extract<TraceEntry, { kind: 'committed' | 'restarted' }>;

export class TraceRuns {
  readonly builds = new Map<number, Build>();
  readonly cut: string[] = [];
  runs = 0;
  delivered = 0;
  redelivered = 0;
  commits = 0;

  constructor(
    private readonly log: LogIndex,
    private readonly findings: Findings,
    private readonly options: { readonly after: Position; readonly transactional: boolean },
  ) {}

  read(trace: Trace): void {
    const reading: Reading = { trace, build: 0, number: 0, run: undefined, durable: 0 };
    for (const entry of trace.entries()) this.#take(entry, reading);
    reading.run?.end();
  }

  #take(entry: TraceEntry, reading: Reading): void {
    switch (entry.kind) {
      case 'seen':
        this.#runOf(reading).seen(entry);
        break;
      case 'committed':
        this.#commit(entry, reading);
        break;
      case 'restarted':
        this.#restart(entry, reading);
        break;
      case 'reset':
        reading.run?.end();
        reading.run = undefined;
        reading.build = entry.build;
        reading.durable = 0;
        break;
      case 'cut':
        this.cut.push(reading.trace.name);
        break;
    }
  }

  #commit(entry: Placed & { kind: 'committed' }, reading: Reading): void {
    const run = this.#runOf(reading);
    this.commits += 1;
    this.#assertThere(entry, run.where);
    run.commit(entry.position);
    reading.durable = Math.max(reading.durable, entry.position);
  }

  #restart(entry: Placed, reading: Reading): void {
    const position = entry.position ?? this.options.after;
    const run = this.#begin(reading, position);
    this.#assertThere(entry, run.where);
    if (position < reading.durable)
      this.#add('CHECKPOINT_BACKWARDS', run.where, {
        position,
        found: `a run behind ${entry.position === undefined ? 'no checkpoint' : `checkpoint ${position}`}`,
        wanted: `at least ${reading.durable}, as was committed`,
      });
    reading.durable = Math.max(reading.durable, position);
  }

  /** A checkpoint belongs to an event that is there. */
  #assertThere({ position, eventId }: Placed, where: string): void {
    const { log } = this;
    if (position === undefined) return;
    if (position > log.head) {
      const wanted = `at most ${log.head}, the log's last position`;
      this.#add('CHECKPOINT_AHEAD', where, { position, found: `checkpoint ${position}`, wanted });
    } else if (eventId !== undefined) {
      const index = log.findAny(position);
      const there = index === undefined ? undefined : log.idAt(index);
      if (there === eventId) return;
      const wanted = there === undefined ? 'a position of the log' : `event ${there}`;
      this.#add('WRONG_EVENT', where, { position, found: `a checkpoint on event ${eventId}`, wanted });
    }
  }

  /** What is seen or committed before any restart belongs to a run from the beginning. */
  #runOf(reading: Reading): RunCheck {
    return reading.run ?? this.#begin(reading, this.options.after);
  }

  #begin(reading: Reading, start: Position): RunCheck {
    reading.run?.end();
    const build = this.#build(reading.build);
    reading.number += 1;
    this.runs += 1;
    const where = `trace '${reading.trace.name}', run ${reading.number}`;
    const run = new RunCheck({ where, start }, this.log, this.findings, {
      transactional: this.options.transactional,
      delivered: (index) => this.#count(index, build),
    });
    build.runs.push(run);
    reading.run = run;
    return run;
  }

  #count(index: Index, { delivered }: Build): void {
    this.delivered += 1;
    this.redelivered += delivered[index] ?? 0;
    delivered[index] = 1;
  }

  #build(number: number): Build {
    let build = this.builds.get(number);
    if (build === undefined) {
      build = { runs: [], delivered: new Uint8Array(this.log.count) };
      this.builds.set(number, build);
    }
    return build;
  }

  #add(code: ViolationCode, where: string, facts: { position: Position; found: string; wanted: string }): void {
    this.findings.add({ code, where, ...facts });
  }
}

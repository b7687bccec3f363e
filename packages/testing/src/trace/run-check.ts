/**
 * Holds one run of a consumer to the log: from the checkpoint it began behind, it has to get each wanted event once and
 * in order, and commit nothing that it did not get. A run may end anywhere, as processes do.
 */
import type { Position } from '@tidemark/core';
import type { SeenEvent } from './consumer-trace.ts';
import type { Findings, ViolationCode } from './invariant-error.ts';
import type { Index, LogIndex } from './log-index.ts';

export interface RunPlace {
  /** For messages. */
  readonly where: string;
  /** The checkpoint it begins behind. */
  readonly start: Position;
}

export interface RunOptions {
  /** See `TraceOptions`. */
  readonly transactional: boolean;
  /** Told of each delivery that is one of the log's. */
  readonly delivered: (index: Index) => void;
}

export class RunCheck {
  readonly where: string;
  readonly start: Position;
  /** How far it is durably done. */
  #committed: Position;
  /** The first wanted event that is neither delivered nor missed. */
  #next: Index;
  /** Passed over, and no checkpoint covers it yet. */
  readonly #missing = new Set<Index>();
  /** Not delivered, with the checkpoint that covers it. */
  readonly #covered = new Map<Index, Position>();
  /** The last event that was seen. */
  #last: Position;

  constructor(
    { where, start }: RunPlace,
    private readonly log: LogIndex,
    private readonly findings: Findings,
    private readonly options: RunOptions,
  ) {
    this.where = where;
    this.start = start;
    this.#committed = start;
    this.#last = start;
    this.#next = log.wantedFrom(log.firstAfter(start));
  }

  get committed(): Position {
    return this.#committed;
  }

  /** The position of the first wanted event that never came; infinite where all came. */
  get nextPosition(): Position {
    return this.log.positionAt(this.#next);
  }

  seen(event: SeenEvent): void {
    const { log } = this;
    if (log.holds(this.#next, event)) this.#deliver(this.#next);
    else this.#unexpected(event);
  }

  commit(position: Position): void {
    const { log } = this;
    if (position < this.#committed) {
      this.#add('CHECKPOINT_BACKWARDS', position, `checkpoint ${position}`, `at least ${this.#committed}`);
      return;
    }
    this.#committed = position;
    for (const index of this.#missing) {
      if (log.positionAt(index) > position) continue;
      this.#missing.delete(index);
      this.#covered.set(index, position);
    }
    for (; this.nextPosition <= position; this.#next = log.wantedFrom(this.#next + 1))
      this.#covered.set(this.#next, position);
  }

  /** Tells what never came. */
  end(): void {
    for (const [index, checkpoint] of this.#covered) {
      if (this.log.positionAt(index) > this.#last) this.#ahead(index, checkpoint);
      else this.#skipped(index, `position ${this.#last} without it, and checkpoint ${checkpoint} on it`);
    }
    for (const index of this.#missing) this.#skipped(index, `position ${this.#last} without it`);
  }

  #unexpected(event: SeenEvent): void {
    const { log } = this;
    const index = log.find(event.position, event.part);
    if (index === undefined || log.idAt(index) !== event.eventId) {
      if (this.options.transactional) return;
      this.#add('WRONG_EVENT', event.position, describe(event), this.#there(event.position));
    }
    if (index === undefined) return;
    const { position } = event;
    if (!log.isWanted(index)) this.#add('UNWANTED_EVENT', position, describe(event), 'events that match the filter');
    else if (position <= this.start)
      this.#add('DELIVERED_BEHIND_CHECKPOINT', position, describe(event), `events behind position ${this.start}`);
    else this.#deliver(index);
  }

  #deliver(index: Index): void {
    const { log } = this;
    const position = log.positionAt(index);
    this.options.delivered(index);
    if (index < this.#next) this.#late(index);
    for (; this.#next < index; this.#next = log.wantedFrom(this.#next + 1)) this.#missing.add(this.#next);
    if (this.#next === index) this.#next = log.wantedFrom(index + 1);
    if (position > this.#last) this.#last = position;
  }

  #late(index: Index): void {
    const position = this.log.positionAt(index);
    const checkpoint = this.#covered.get(index);
    if (this.#missing.delete(index))
      this.#add('OUT_OF_ORDER', position, `it behind position ${this.#last}`, 'the order of the log');
    else if (checkpoint === undefined)
      this.#add('DELIVERED_TWICE', position, `event ${this.log.idAt(index)} again`, 'each event once in a run');
    else {
      this.#covered.delete(index);
      this.#ahead(index, checkpoint);
    }
  }

  #skipped(index: Index, found: string): void {
    this.#add('EVENT_SKIPPED', this.log.positionAt(index), found, `event ${this.log.idAt(index)}`);
  }

  #ahead(index: Index, checkpoint: Position): void {
    const wanted = `event ${this.log.idAt(index)} delivered before it`;
    this.#add('CHECKPOINT_AHEAD', this.log.positionAt(index), `checkpoint ${checkpoint}`, wanted);
  }

  #there(position: Position): string {
    const index = this.log.findAny(position);
    return index === undefined ? 'none: the log has no event there' : `event ${this.log.idAt(index)}`;
  }

  #add(code: ViolationCode, position: Position, found: string, wanted: string): void {
    this.findings.add({ code, where: this.where, position, found, wanted });
  }
}

function describe({ eventId, part }: SeenEvent): string {
  return part === undefined ? `event ${eventId}` : `part ${part} of event ${eventId}`;
}

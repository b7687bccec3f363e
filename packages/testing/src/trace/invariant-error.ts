/** What the checks of consumers and models throw: every broken promise has a code, a place, what was found and what is wanted. */
import { type FoundAndWanted, type Position, TidemarkError } from '@tidemark/core';

/** Which promise was broken. */
export type ViolationCode =
  /** An event came after a later one. */
  | 'OUT_OF_ORDER'
  /** A later event came, this one never did. */
  | 'EVENT_SKIPPED'
  /** An event came again without a restart. */
  | 'DELIVERED_TWICE'
  /** An event came that the checkpoint the run began from covers. */
  | 'DELIVERED_BEHIND_CHECKPOINT'
  /** The log has another event at this position, or none. */
  | 'WRONG_EVENT'
  /** The event does not match the filter. */
  | 'UNWANTED_EVENT'
  /** A checkpoint went back without a reset. */
  | 'CHECKPOINT_BACKWARDS'
  /** A checkpoint covers an event that was not delivered before it. */
  | 'CHECKPOINT_AHEAD'
  /** Two runs committed the same positions: two leaders at once. */
  | 'COMMITS_OVERLAP'
  /** The consumer has not come as far as it was asked to. */
  | 'INCOMPLETE'
  /** A read model's document is not the one that a replay gives. */
  | 'DOCUMENT_DIFFERS'
  /** A replay gives a document that the read model lacks. */
  | 'DOCUMENT_MISSING'
  /** The read model has a document that a replay does not give. */
  | 'DOCUMENT_UNEXPECTED';

export interface Violation extends FoundAndWanted {
  readonly code: ViolationCode;
  /** The trace and the run in it, or what was compared. */
  readonly where: string;
  readonly position?: Position;
  /** Of a document. */
  readonly key?: string;
}

/** A consumer or a model broke a promise. The first violations are listed; `total` counts them all. */
export class InvariantError extends TidemarkError {
  constructor(
    readonly violations: readonly Violation[],
    readonly total: number,
  ) {
    const lines = violations.map(lineOf);
    if (total > violations.length) lines.push(`and ${total - violations.length} more`);
    super('INVARIANT_BROKEN', `${total} violation${total === 1 ? '' : 's'} found:\n  ${lines.join('\n  ')}`);
  }
}

/** A trace cannot be read: it is none, or was changed after it was written. A last line that is cut off is no error. */
export class UnreadableTraceError extends TidemarkError {
  constructor(
    readonly trace: string,
    /** Counted from 1. */
    readonly line: number,
    readonly found: string,
    readonly wanted: string,
  ) {
    super('UNREADABLE_TRACE', `trace '${trace}', line ${line}: found ${found}, wanted ${wanted}`);
  }
}

/** Collects violations: all are counted, the first are kept. */
export class Findings {
  readonly #first: Violation[] = [];
  #total = 0;

  constructor(private readonly limit = 20) {}

  add(violation: Violation): void {
    this.#total += 1;
    if (this.#first.length < this.limit) this.#first.push(violation);
  }

  /** Throws `InvariantError` where there are any. */
  assertNone(): void {
    if (this.#total > 0) throw new InvariantError(this.#first, this.#total);
  }
}

function lineOf({ code, where, position, key, found, wanted }: Violation): string {
  const place = position !== undefined ? ` at position ${position}` : key !== undefined ? ` '${key}'` : '';
  return `${code}${place} (${where}): found ${found}, wanted ${wanted}`;
}

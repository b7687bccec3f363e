import { TidemarkError } from '@tidemark/core';
import type { LogPlace } from '../xes/log-format-error.ts';

/** The log tells an application otherwise than it was recorded before. Nothing was recorded for it. */
export class LogConflictError extends TidemarkError {
  readonly line: number;
  readonly column: number;
  readonly found: string;
  readonly wanted: string;

  constructor(
    readonly application: string,
    place: LogPlace,
    recordedType: string,
    recordedAt: Date,
    loggedAt: Date,
  ) {
    const found = `a step at ${loggedAt.toISOString()}`;
    const wanted = `the recorded ${recordedType} of ${recordedAt.toISOString()}`;
    super(
      'LOG_CONFLICT',
      `application ${application}, line ${place.line}, column ${place.column}: found ${found}, wanted ${wanted}`,
    );
    this.line = place.line;
    this.column = place.column;
    this.found = found;
    this.wanted = wanted;
  }
}

import { TidemarkError } from '@tidemark/core';

export type LogFormatCode =
  | 'LOG_NOT_FOUND'
  | 'LOG_UNREADABLE'
  | 'LOG_NOT_XES'
  | 'LOG_MALFORMED'
  | 'LOG_TRUNCATED'
  | 'LOG_CORRUPT'
  | 'LOG_ATTRIBUTE_MISSING'
  | 'LOG_ATTRIBUTE_INVALID'
  | 'LOG_STEP_UNKNOWN'
  | 'LOG_TRACE_EMPTY';

/** A place in the unpacked text of a log; both count from 1. */
export interface LogPlace {
  readonly line: number;
  readonly column: number;
}

/**
 * The log file is not what it has to be. Every application that stood complete before the place was handed out
 * already. `line` and `column` are missing only where no text was read at all.
 */
export class LogFormatError extends TidemarkError {
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(
    override readonly code: LogFormatCode,
    readonly file: string,
    readonly found: string,
    readonly wanted: string,
    options: ErrorOptions & { readonly place?: LogPlace } = {},
  ) {
    const where = options.place === undefined ? file : `${file}:${options.place.line}:${options.place.column}`;
    super(
      code,
      `${where}: found ${found}, wanted ${wanted}`,
      'cause' in options ? { cause: options.cause } : undefined,
    );
    this.line = options.place?.line;
    this.column = options.place?.column;
  }
}

/** What `copyLog` refuses. */
import { TidemarkError } from '../errors.ts';

/** The log that is copied to holds, at this place, something else than the one that is copied. Nothing was written there. */
export class CopyMismatchError extends TidemarkError {
  constructor(
    readonly streamName: string,
    /** `undefined` where what is set on the stream is meant, and no event. */
    readonly revision: number | undefined,
    readonly found: string,
    readonly wanted: string,
  ) {
    const place = `${revision === undefined ? '' : `event ${revision} of `}stream '${streamName}'`;
    super('COPY_MISMATCH', `the copy differs at ${place}: found ${found}, wanted ${wanted}`);
  }
}

/** Of a stream that is to be copied events are gone, so that its revisions could not be kept. Nothing was written. */
export class MissingRevisionsError extends TidemarkError {
  constructor(
    readonly streamName: string,
    readonly found: string,
    readonly wanted: string,
  ) {
    super('MISSING_REVISIONS', `stream '${streamName}': found ${found}, wanted ${wanted}`);
  }
}

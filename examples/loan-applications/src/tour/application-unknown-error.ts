import { TidemarkError } from '@tidemark/core';

/** The application that was asked for is not there. */
export class ApplicationUnknownError extends TidemarkError {
  constructor(
    readonly application: string,
    readonly where: string,
  ) {
    super('APPLICATION_UNKNOWN', `--application: found '${application}', wanted the number of one that is in ${where}`);
  }
}

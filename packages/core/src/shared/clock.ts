/** Where the time comes from. Inject a manual one in tests (`@tidemark/testing`). */
export interface Clock {
  /** Now, as a new `Date` at each call. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

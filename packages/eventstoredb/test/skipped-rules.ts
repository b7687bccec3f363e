/** Rules that set the store's clock, for a server that is not in the test's process. */
const clock = 'a server of another process has a clock of its own';

export const rulesOfOwnClock: Readonly<Record<string, string>> = {
  'append: takes the time of an event from its own clock': clock,
  'append: knows when an event happened from its metadata, otherwise from when it was written': clock,
  'recorded time: the store’s clock counts where `$recordedAt` is no time, or stands elsewhere': clock,
  'recorded time: `maxAge` counts from the store’s own clock': clock,
  'truncation: `maxAge` hides events that were recorded longer ago than so many seconds': clock,
  'truncation: together they hide what any of them hides': clock,
  'truncation: a limit counts the events that are returned': clock,
};

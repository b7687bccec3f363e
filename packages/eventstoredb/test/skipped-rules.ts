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

/** One that two deletions at once can break. */
export const rulesOfOneDeletion = {
  'moving: copied by two at once, nothing is written twice':
    'a soft delete at an exact revision is several calls to the server: of two at once, one can lose what was set on the stream',
};

export const rulesOfWrittenStreams = {
  'append to several streams: only checks the expectation of a stream that gets no events':
    'the server checks a stream only where it writes to it, so such an append is refused as not supported',
};

export const rulesOfRepeatedCommands = {
  'commands: a command that comes again is answered with its first receipt, whatever was done to its stream':
    'there is no command log: a command is known by its events, as long as its stream shows them',
};

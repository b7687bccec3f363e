/** Rules that set the store's clock, for a server that cannot be told the time. */
export const ownClock = 'a real server has a clock of its own';

export const rulesOfOwnClock: Readonly<Record<string, string>> = {
  'append: takes the time of an event from its own clock': ownClock,
  'append: knows when an event happened from its metadata, otherwise from when it was written': ownClock,
  'recorded time: the store’s clock counts where `$recordedAt` is no time, or stands elsewhere': ownClock,
  'recorded time: `maxAge` counts from the store’s own clock': ownClock,
  'truncation: `maxAge` hides events that were recorded longer ago than so many seconds': ownClock,
  'truncation: together they hide what any of them hides': ownClock,
  'truncation: a limit counts the events that are returned': ownClock,
};

export const rulesOfWrittenStreams = {
  'append to several streams: only checks the expectation of a stream that gets no events':
    'the server checks a stream only where it writes to it, so such an append is refused as not supported',
};

/** Of an application, whose limit in time does not know how many calls to a server it makes. */
export const rulesOfManyCalls = {
  'commands of others: of 1,500 commands at once 499 were rejected':
    'they are 8,000 calls to a server on the same machine, more than a busy one does in the time of a rule; the store’s own rules have 1,500 appends at once',
};

export const rulesOfRepeatedCommands = {
  'commands: a command that comes again is answered with its first receipt, whatever was done to its stream':
    'there is no command log: a command is known by its events, as long as its stream shows them',
};

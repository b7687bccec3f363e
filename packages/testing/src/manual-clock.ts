import { ArgumentError, type Clock } from '@tidemark/core';

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /** Goes on by so many milliseconds. Throws `ArgumentError`. */
  advance(milliseconds: number): void;
  /** Goes to this time, back too. Throws `ArgumentError`. */
  set(time: Date | string): void;
}

/** Give it to `createApplication({ clock })`, or to a store. Throws `ArgumentError`. */
export function manualClock(start: Date | string = '2026-01-01T00:00:00.000Z'): ManualClock {
  let now = timeOf(start);
  return {
    now: () => new Date(now),
    advance: (milliseconds) => {
      if (typeof milliseconds !== 'number') throw new ArgumentError('milliseconds', String(milliseconds), 'a number');
      now = timeOf(new Date(now + milliseconds));
    },
    set: (time) => {
      now = timeOf(time);
    },
  };
}

function timeOf(time: Date | string): number {
  const milliseconds = new Date(time).getTime();
  if (Number.isNaN(milliseconds) || !(typeof time === 'string' || time instanceof Date))
    throw new ArgumentError('time', String(time), 'a date');
  return milliseconds;
}

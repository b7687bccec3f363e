/**
 * An open loop: things happen when they are due, whether or not those before them are done. A thread of its own keeps the
 * time, to some 0.1 ms, as timers of the loop that is measured are late by up to 1 ms, and by more while it is busy.
 * Who takes delays from `dueAt` on leaves out nothing that a busy loop kept waiting.
 */
import { Worker } from 'node:worker_threads';
import { now } from './clock.ts';
import { pathBeside } from './processes/child.ts';

export interface Schedule {
  readonly perSecond: number;
  /** `Infinity`: until it is stopped. */
  readonly count: number;
}

/** What the thread is given. */
export interface ThreadSchedule extends Schedule {
  readonly firstAt: number;
  /** Not 0 when it is to stop. */
  readonly stop: Int32Array;
}

export interface Arrivals {
  /** Resolves when all have come, or it was stopped, to how many came. */
  readonly over: Promise<number>;
  stop(): void;
}

/** Calls `act` with each arrival's number, from 0, and the moment it was due. */
export function arrivals(schedule: Schedule, act: (index: number, dueAt: number) => void): Arrivals {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  // The thread has to be there by then.
  const firstAt = now() + 150;
  const workerData: ThreadSchedule = { ...schedule, firstAt, stop };
  const thread = new Worker(pathBeside(import.meta.url, 'processes/arrivals-thread'), { workerData });
  let came = 0;
  thread.on('message', (index: number) => {
    came += 1;
    act(index, firstAt + (index * 1_000) / schedule.perSecond);
  });
  const over = new Promise<number>((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', () => resolve(came));
  });
  return {
    over,
    stop: () => {
      Atomics.store(stop, 0, 1);
      Atomics.notify(stop, 0);
    },
  };
}

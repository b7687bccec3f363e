/**
 * Waiting for locks without blocking the event loop. SQLite's own busy timeout sleeps inside the call: with two writing
 * processes it starved one of them and blocked its event loop for seconds, so it is 0 on every connection.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy, translated } from './failures.ts';

/** How long a synchronous read may wait, in ms: it cannot give the event loop back. */
const shortest = 100;

/** Runs `act` again while it finds the file locked, for at most `timeout` ms. Throws translated errors. */
export async function patiently<T>(act: () => T, path: string, timeout: number): Promise<T> {
  const since = performance.now();
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!isBusy(error) || performance.now() - since > timeout) throw translated(error, path);
    }
    // Not all at the same moment again.
    await sleep(1 + Math.random() * 9);
  }
}

/**
 * The same for a read that has to be synchronous. In WAL mode readers meet a lock only while another process recovers
 * the file after a crash, which takes a moment.
 */
export function patientlyNow<T>(act: () => T, path: string): T {
  const since = performance.now();
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!isBusy(error) || performance.now() - since > shortest) throw translated(error, path);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}

/** Says the number of each arrival when it is due. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadSchedule } from '../arrivals.ts';
import { now } from '../clock.ts';

const { firstAt, perSecond, count, stop } = workerData as ThreadSchedule;

for (let index = 0; index < count && Atomics.load(stop, 0) === 0; index += 1) {
  const wait = firstAt + (index * 1_000) / perSecond - now();
  if (wait > 0) Atomics.wait(stop, 0, 0, wait);
  parentPort?.postMessage(index);
}

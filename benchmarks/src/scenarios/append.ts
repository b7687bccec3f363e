/** One event to a call, by one caller who waits and by 64 at once. */
import type { RateScenario } from '../scenario.ts';
import { seeded } from '../seed.ts';
import { byHand, byStore, depositSeed } from './deposits.ts';

/** One append differs most from round to round: the disk's moments are most of it. */
const roundsFactor = 3;
const moreRounds = 'Three times the usual rounds.';
const sameWork = 'JSON.stringify, a random UUID, and the row with its indexes';

export const appendFull: RateScenario = {
  name: 'append-full',
  title: 'One append at a time, surviving a power cut',
  about: `One caller who waits for each append, durability full. By hand: an INSERT that commits by itself, with ${sameWork}. ${moreRounds}`,
  unit: 'appends',
  roundsFactor,
  async open(bench) {
    const template = await seeded(bench, depositSeed);
    const deposits = { bench, template, durability: 'full', callers: 1, count: bench.amount(4_000) } as const;
    return [
      { name: 'by hand', prepare: () => byHand(deposits) },
      { name: 'store.append', prepare: () => byStore(deposits), target: 0.8, floor: 0.4 },
    ];
  },
};

export const appendNormal: RateScenario = {
  name: 'append-normal',
  title: 'One append at a time, surviving the end of the process',
  about: `The same with durability normal: nobody waits for the disk, so the cost above SQLite shows. ${moreRounds}`,
  unit: 'appends',
  roundsFactor,
  async open(bench) {
    const template = await seeded(bench, depositSeed);
    const deposits = { bench, template, durability: 'normal', callers: 1, count: bench.amount(20_000) } as const;
    return [
      { name: 'by hand', prepare: () => byHand(deposits) },
      { name: 'store.append', prepare: () => byStore(deposits), target: 0.8, floor: 0.25 },
    ];
  },
};

export const append64: RateScenario = {
  name: 'append-64',
  title: '64 callers at once, surviving a power cut',
  about: `64 callers, each waiting for its own append, durability full. By hand: one transaction each, with ${sameWork}.`,
  unit: 'appends',
  async open(bench) {
    const template = await seeded(bench, depositSeed);
    const deposits = { bench, template, durability: 'full', callers: 64 } as const;
    const count = bench.amount(4_000);
    return [
      { name: 'by hand, one transaction each', prepare: () => byHand({ ...deposits, count }) },
      {
        name: 'store.append, 64 callers',
        prepare: () => byStore({ ...deposits, count: 8 * count }),
        target: 5,
        floor: 2,
      },
    ];
  },
};

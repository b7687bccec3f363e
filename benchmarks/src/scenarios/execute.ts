/** Commands through the whole stack: validate, route, take the state, decide, append. */
import type { RateScenario } from '../scenario.ts';
import { seeded } from '../seed.ts';
import { byCommand, byHand, byStore, depositSeed } from './deposits.ts';

const about =
  'Commands to a thousand accounts in turn, whose states are in the cache: class-validator, handler, event, append.';

export const executeFull: RateScenario = {
  name: 'execute-full',
  title: 'One command at a time, surviving a power cut',
  about: `${about} One caller, durability full. By hand: the INSERT alone.`,
  unit: 'commands',
  async open(bench) {
    const template = await seeded(bench, depositSeed);
    const deposits = { bench, template, durability: 'full', callers: 1, count: bench.amount(4_000) } as const;
    return [
      { name: 'by hand', prepare: () => byHand(deposits) },
      { name: 'store.append', prepare: () => byStore(deposits) },
      { name: 'app.execute', prepare: () => byCommand(deposits), floor: 0.12 },
    ];
  },
};

export const executeNormal: RateScenario = {
  name: 'execute-normal',
  title: 'One command at a time, surviving the end of the process',
  about: `${about} One caller, durability normal: the stack’s own cost shows.`,
  unit: 'commands',
  async open(bench) {
    const template = await seeded(bench, depositSeed);
    const deposits = { bench, template, durability: 'normal', callers: 1, count: bench.amount(10_000) } as const;
    return [
      { name: 'by hand', prepare: () => byHand(deposits) },
      { name: 'store.append', prepare: () => byStore(deposits) },
      { name: 'app.execute', prepare: () => byCommand(deposits), floor: 0.03 },
    ];
  },
};

export const execute64: RateScenario = {
  name: 'execute-64',
  title: '64 callers with commands, surviving a power cut',
  about: `${about} 64 callers, durability full. By hand: one transaction for each INSERT.`,
  unit: 'commands',
  async open(bench) {
    const template = await seeded(bench, depositSeed);
    const count = bench.amount(4_000);
    const deposits = { bench, template, durability: 'full', callers: 64 } as const;
    return [
      { name: 'by hand, one transaction each', prepare: () => byHand({ ...deposits, count }) },
      { name: 'store.append, 64 callers', prepare: () => byStore({ ...deposits, count: 8 * count }) },
      { name: 'app.execute, 64 callers', prepare: () => byCommand({ ...deposits, count: 4 * count }), floor: 0.12 },
    ];
  },
};

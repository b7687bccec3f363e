/** A read model of a million events, filled anew beside the one that is served, while others write and while nobody does. */
import { createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { assertDone } from '../assert.ts';
import { Account } from '../bank.ts';
import type { Bench } from '../bench.ts';
import { Child } from '../processes/child.ts';
import type { RebuilderOptions, Rebuilt } from '../processes/rebuilder.ts';
import { Balances } from '../read-models.ts';
import type { RateScenario, Way, Work } from '../scenario.ts';
import { seeded } from '../seed.ts';

const eventsEach = 10;

interface Log {
  readonly bench: Bench;
  /** Its read model is served. */
  readonly template: string;
  readonly accounts: number;
}

export const rebuild: RateScenario = {
  name: 'rebuild',
  title: 'Rebuilding a read model of a million events',
  about:
    'A million events of 100,000 accounts, to documents. app.rebuild fills a new read model beside the served one, which goes on following the log, until the new one is served. By hand: the loop of the catch-up above, into an empty table; it serves nobody meanwhile, and switches nothing. Each runs in a process of its own, so that the peak of its resident memory is its own. With appends: 1,000 a second of one event each in the same process, durability full, called when they are due; p50 and p99 count from then to the acknowledgement. The loop by hand lets them in between its transactions, those that are due in one transaction together, as Tidemark does. 3 rounds, and none before them.',
  unit: 'events',
  mostRounds: 3,
  warmUps: 0,
  async open(bench) {
    const accounts = bench.amount(100_000, 500);
    const template = await seeded(bench, { accounts, eventsEach });
    const app = await createApplication({ store: sqlite(template), aggregates: [Account], projections: [Balances] });
    await app.ready(Balances);
    await app.stop();
    const log = { bench, template, accounts };
    const appendsPerSecond = bench.amount(1_000, 100);
    return [
      way('by hand', log, { by: 'hand', appendsPerSecond: 0 }),
      way('by hand, with appends', log, { by: 'hand', appendsPerSecond }),
      { ...way('app.rebuild', log, { by: 'rebuild', appendsPerSecond: 0 }), floor: 0.03 },
      {
        ...way('app.rebuild, with appends', log, { by: 'rebuild', appendsPerSecond }),
        against: 'by hand, with appends',
        floor: 0.03,
      },
    ];
  },
};

function way(name: string, log: Log, how: Pick<RebuilderOptions, 'by' | 'appendsPerSecond'>): Way {
  return { name, prepare: () => byChild(log, how) };
}

async function byChild(
  { bench, template, accounts }: Log,
  how: Pick<RebuilderOptions, 'by' | 'appendsPerSecond'>,
): Promise<Work> {
  const file = bench.copyOf(template);
  const options: RebuilderOptions = { file, mmapBytes: bench.mmapBytes, accounts, eventsEach, ...how };
  const child = await Child.start<Rebuilt>('rebuilder', options);
  let rebuilt: Rebuilt | undefined;
  return {
    run: async () => {
      child.go();
      rebuilt = await child.result();
      return rebuilt;
    },
    check: () => {
      assertDone('all events were taken in', (rebuilt?.count ?? 0) >= accounts * eventsEach, true);
      assertDone('balance', rebuilt?.balance, eventsEach - 1);
      assertDone('others wrote', rebuilt?.appends !== undefined, how.appendsPerSecond > 0);
    },
    figures: () => ({
      'peak memory, MB': (rebuilt?.peakMemory ?? 0) / 2 ** 20,
      ...(rebuilt?.appends && {
        'append p50, ms': rebuilt.appends.p50,
        'append p99, ms': rebuilt.appends.p99,
      }),
    }),
    close: async () => {
      await child.end();
      bench.remove(file);
    },
  };
}

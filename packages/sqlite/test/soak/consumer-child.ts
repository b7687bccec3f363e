/** A process that consumes, until it is killed or told to end. */
import { type Faults, sqlite } from '../../src/index.ts';
import { startConsumer } from './consumer.ts';
import { type Ending, type Leading, type Life, logIn, patient, traceOf } from './life.ts';

const life = JSON.parse(process.argv[2] ?? '') as Life;
const { folder, death } = life;
let transactions = 0;
const faults: Faults = {
  at(point, { lane }) {
    if (lane !== 'relaxed') return;
    if (point === 'before-begin') transactions += 1;
    if (death?.point === point && transactions >= death.transaction) process.kill(process.pid, 'SIGKILL');
  },
};
const fail = (error: unknown) => {
  console.error(error);
  process.exit(1);
};

process.on('disconnect', () => process.exit());
const traces = {
  balances: traceOf('balances', life),
  ledger: traceOf('ledger', life),
  totals: traceOf('totals', life),
};
const onLeading = (leads: boolean) => process.connected && process.send?.({ leads } satisfies Leading, () => {});
const consumer = await startConsumer(sqlite(logIn(folder), { ...patient, faults }), {
  traces,
  onError: fail,
  onLeading,
});
process.on('message', ({ upTo }: Ending) => {
  const end = async () => {
    if (upTo > 0) await consumer.caughtUp(upTo);
    await consumer.stop();
    for (const trace of Object.values(traces)) trace.close();
    process.disconnect();
  };
  end().catch(fail);
});

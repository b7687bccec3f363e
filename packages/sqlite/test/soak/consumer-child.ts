/** A process that consumes, until it is killed or told to end. */
import path from 'node:path';
import { ConsumerTrace } from '@tidemark/testing';
import { type Faults, sqlite } from '../../src/index.ts';
import { startConsumer } from './consumer.ts';
import { type Ending, type Life, logIn, traceEnding } from './life.ts';

const { folder, name, death } = JSON.parse(process.argv[2] ?? '') as Life;
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
const trace = new ConsumerTrace({ name, file: path.join(folder, `${name}${traceEnding}`) });
const consumer = await startConsumer(sqlite(logIn(folder), { faults }), trace, fail);
process.on('message', ({ upTo }: Ending) => {
  const end = async () => {
    await consumer.caughtUp(upTo);
    await consumer.stop();
    trace.close();
    process.disconnect();
  };
  end().catch(fail);
});
process.send?.('started');

/** A process that consumes, until it is killed or told to end. */
import path from 'node:path';
import { ConsumerTrace } from '@tidemark/testing';
import { startConsumer } from './consumer.ts';
import { type Ending, type Life, logIn, traceEnding } from './life.ts';

const { folder, name } = JSON.parse(process.argv[2] ?? '') as Life;
const fail = (error: unknown) => {
  console.error(error);
  process.exit(1);
};

process.on('disconnect', () => process.exit());
const trace = new ConsumerTrace({ name, file: path.join(folder, `${name}${traceEnding}`) });
const consumer = await startConsumer(logIn(folder), trace, fail);
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

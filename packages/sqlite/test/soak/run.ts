/**
 * `npm run soak -- --events 1000000 --writers 4 --consumers 2 --kill-every 3`: as long and as large as wanted. When
 * something is found the folder is kept, and `npm run soak -- --check FOLDER` looks at it again.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkFolder } from './check-folder.ts';
import { runSoak, type SoakProgress } from './soak.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '50000' },
    writers: { type: 'string', default: '3' },
    consumers: { type: 'string', default: '2' },
    'kill-every': { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    check: { type: 'string' },
  },
});

const whole = (name: 'events' | 'writers' | 'consumers' | 'seed') => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  console.error(`--${name} ${values[name]}: wanted a whole number from 1`);
  process.exit(2);
};
const killEvery = Number(values['kill-every']);
if (!(killEvery > 0 && killEvery < 1e6)) {
  console.error(`--kill-every ${values['kill-every']}: wanted seconds above 0`);
  process.exit(2);
}

let shown = 0;
const show = ({ events, killed, frozen, ended }: SoakProgress) => {
  const text = `${events} events, ${killed} processes killed, ${frozen} frozen and woken, ${ended} ended well`;
  if (process.stdout.isTTY) process.stdout.write(`\r${text}`);
  else if (performance.now() - shown > 10_000) {
    shown = performance.now();
    console.log(text);
  }
};

const folder = values.check ?? fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-soak-'));
try {
  const report =
    values.check === undefined
      ? await runSoak({
          ...{ folder, killEvery, events: whole('events'), writers: whole('writers'), consumers: whole('consumers') },
          ...{ seed: whole('seed'), onProgress: show },
        })
      : await checkFolder(folder, { complete: true });
  console.log(`\nnothing was lost, skipped or done twice (seed ${values.seed}):`);
  const { traces, ...rest } = report;
  console.log(rest);
  for (const [model, { cut, ...trace }] of Object.entries(traces)) console.log(model, { ...trace, cut: cut.length });
  if (values.check === undefined) fs.rmSync(folder, { recursive: true });
} catch (error) {
  console.error(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  console.error(`seed ${values.seed}; look at it again: npm run soak -- --check ${folder}`);
  process.exitCode = 1;
}

/** `npm run crashes -- --runs 1000 [--seed 7]`: as many killed processes as wanted, on two files at a time. */
import { parseArgs } from 'node:util';
import { bundledChild } from './bundle.ts';
import { runLives } from './lives.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '60' }, seed: { type: 'string' } } });
const runs = Number(values.runs);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) {
  console.error(`--runs ${values.runs} --seed ${values.seed}: wanted whole numbers, runs from 1`);
  process.exit(2);
}

let died = 0;
const show = () => {
  died += 1;
  if (process.stdout.isTTY) process.stdout.write(`\r${died} of ${runs} killed`);
  else if (died % 50 === 0) console.log(`${died} of ${runs} killed`);
};
const since = performance.now();
const program = await bundledChild();
try {
  const halves = [Math.ceil(runs / 2), Math.floor(runs / 2)].filter((lives) => lives > 0);
  const deaths = await Promise.all(
    halves.map((lives, index) => runLives({ program, lives, seed: seed + index * 1e6, onDeath: show })),
  );
  const sum = (of: (each: (typeof deaths)[number]) => number) => deaths.reduce((total, each) => total + of(each), 0);
  const seconds = (performance.now() - since) / 1_000;
  console.log(`\n${died} processes killed in ${seconds.toFixed(1)} s (seed ${seed}), nothing acknowledged was lost:`);
  console.log(`  ${sum((each) => each.acknowledgedEvents)} events acknowledged, ${sum((each) => each.stored)} stored`);
  console.log(`  ${sum((each) => each.acknowledgedCommits)} read-model commits acknowledged`);
  console.log(`  ${JSON.stringify(deaths.map(({ ways }) => ways))}`);
} catch (error) {
  console.error(`\nafter ${died} deaths: ${String(error)}`);
  process.exitCode = 1;
}

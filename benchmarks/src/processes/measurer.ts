/** Measures one scenario: in a process of its own, so that what others made of the code they share is not its cost. */
import { measureScenario } from '../measuring.ts';
import type { Options } from '../options.ts';
import { chapters } from '../scenarios/index.ts';
import { peerChapters } from '../scenarios/peers/index.ts';
import { handOver, optionsOfChild, readyToGo } from './parent.ts';

export interface MeasurerOptions {
  readonly scenario: string;
  readonly folder: string;
  readonly options: Options;
}

const { scenario: wanted, folder, options } = optionsOfChild<MeasurerOptions>();
await readyToGo();
const scenarios = [...chapters, ...peerChapters].flatMap((chapter) => chapter.scenarios);
const scenario = scenarios.find(({ name }) => name === wanted);
// Without a parent nobody wants to know.
if (scenario !== undefined && process.connected) await handOver(await measureScenario(scenario, folder, options));

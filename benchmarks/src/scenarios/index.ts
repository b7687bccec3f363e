import type { Scenario } from '../scenario.ts';
import { append64, appendFull, appendNormal } from './append.ts';
import { batch100, batch1000 } from './batches.ts';
import { catchUp } from './catch-up.ts';
import { decide } from './decide.ts';
import { execute64, executeFull, executeNormal } from './execute.ts';
import { load } from './load.ts';
import { replay } from './replay.ts';

export const scenarios: readonly Scenario[] = [
  appendFull,
  appendNormal,
  append64,
  batch100,
  batch1000,
  replay,
  load,
  decide,
  executeFull,
  executeNormal,
  execute64,
  catchUp,
];

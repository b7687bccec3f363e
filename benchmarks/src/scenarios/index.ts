import type { Chapter } from '../scenario.ts';
import { append64, appendFull, appendNormal } from './append.ts';
import { batch100, batch1000 } from './batches.ts';
import { catchUp } from './catch-up.ts';
import { decide } from './decide.ts';
import { liveAcross, liveHere } from './delays.ts';
import { eventStoreDBScenarios } from './eventstoredb.ts';
import { execute64, executeFull, executeNormal } from './execute.ts';
import { inline1, inline64 } from './inline.ts';
import { load } from './load.ts';
import { rebuild } from './rebuild.ts';
import { replay } from './replay.ts';

export const chapters: readonly Chapter[] = [
  {
    title: 'Appending events',
    about: 'The event store alone, with plain data: a deposit of 266 characters of JSON.',
    scenarios: [appendFull, appendNormal, append64, batch100, batch1000],
  },
  {
    title: 'Reading events',
    about: 'What was appended, read back: the whole log, and one aggregate after another.',
    scenarios: [replay, load],
  },
  {
    title: 'Commands',
    about: 'The whole way: validation, the aggregate’s state, its decision, and the append of what it recorded.',
    scenarios: [decide, executeFull, executeNormal, execute64],
  },
  {
    title: 'Read models',
    about: 'Projections that are stored: a balance for each account, as documents by key or as rows of an SQL table.',
    scenarios: [inline1, inline64, catchUp, rebuild],
  },
  {
    title: 'Live',
    about: 'From an append to those who follow the log, while events come all the time.',
    scenarios: [liveHere, liveAcross],
  },
  {
    title: 'EventStoreDB',
    about: 'What the adapter costs above the client.',
    scenarios: eventStoreDBScenarios,
  },
];

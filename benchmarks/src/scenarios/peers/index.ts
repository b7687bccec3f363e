import type { Chapter } from '../../scenario.ts';
import { peersAppend, peersBatches } from './appends.ts';
import { peers8, peers64 } from './callers.ts';
import { peersRead, peersReplay } from './reads.ts';

export const peerChapters: readonly Chapter[] = [
  {
    title: 'Appending events',
    about:
      'By hand and Tidemark: durability full, WAL with an fsync each commit. The peers as they come, which is the same: their connections say so, above.',
    scenarios: [peersAppend, peers8, peers64, peersBatches],
  },
  {
    title: 'Reading events',
    about: 'What was appended, read back.',
    scenarios: [peersRead, peersReplay],
  },
];

// Threads of tests are of TypeScript, too, and tsx leaves all but the first thread alone.
import { isMainThread } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

if (!isMainThread) register();

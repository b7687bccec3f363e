/** A process that copies the log of one file to another, and tells after each append how far it is. */
import { fileURLToPath } from 'node:url';
import { copyLog } from '@tidemark/core';
import { sqlite } from '../src/index.ts';

export const copyingChild = fileURLToPath(import.meta.url);

if (process.argv[1] === copyingChild) {
  const [, , from = '', to = ''] = process.argv;
  const one = await sqlite(from).open();
  const other = await sqlite(to).open();
  await copyLog(one.events, other.events, { onProgress: ({ done }) => process.send?.(done) });
  await one.close();
  await other.close();
  process.disconnect?.();
}

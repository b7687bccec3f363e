/** Looks at what a soak left behind: can be done again at any time, as everything is in the folder. */
import fs from 'node:fs';
import path from 'node:path';
import { TidemarkError } from '@tidemark/core';
import { checkTrace, readTrace, type TraceReport } from '@tidemark/testing';
import Database from 'better-sqlite3';
import { sqlite } from '../../src/index.ts';
import { checkReadModels, filter, type Model, models } from '../processes/read-models.ts';
import { acknowledgedEnding, logIn, traceEnding } from './life.ts';

/** The store lost something that it had acknowledged, or its file is broken. */
class BrokenLogError extends TidemarkError {
  constructor(
    readonly found: string,
    readonly wanted: string,
  ) {
    super('BROKEN_LOG', `found ${found}, wanted ${wanted}`);
  }
}

export interface FolderReport {
  readonly events: number;
  readonly acknowledged: number;
  /** What each read model's traces say; those of the inline one are of the writers, too. */
  readonly traces: Readonly<Record<Model, TraceReport>>;
  /** Of each read model. */
  readonly documents: number;
}

/** Throws `InvariantError` and `BrokenLogError`. `complete`: the consumers were let finish. */
export async function checkFolder(folder: string, { complete }: { complete: boolean }): Promise<FolderReport> {
  assertSound(logIn(folder));
  const stores = await sqlite(logIn(folder)).open();
  try {
    const events = await stores.events.head();
    const upTo = complete ? events : undefined;
    const check = (model: Model) =>
      checkTrace(filesIn(folder, traceEnding(model)).map(readTrace), stores.events, {
        ...{ filter, upTo, transactional: model === 'totals' },
      });
    const traces: Partial<Record<Model, TraceReport>> = {};
    for (const model of models) traces[model] = await check(model);
    const ids: string[] = [];
    for await (const page of stores.events.readAll().pages()) for (const { eventId } of page) ids.push(eventId);
    const acknowledged = checkAcknowledged(filesIn(folder, acknowledgedEnding), ids);
    const documents = complete ? await checkReadModels(stores) : 0;
    return { events, acknowledged, traces: traces as Record<Model, TraceReport>, documents };
  } finally {
    await stores.close();
  }
}

function filesIn(folder: string, ending: string): readonly string[] {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.toSorted().map((name) => path.join(folder, name));
}

/** Each line is the place of an append's last event. Only the last line of a file may be cut, by the writer's death. */
function checkAcknowledged(files: readonly string[], ids: readonly string[]): number {
  let count = 0;
  for (const file of files) {
    for (const line of fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
      const [position, id] = line.split(' ');
      const found = ids[Number(position) - 1];
      if (found !== id)
        throw new BrokenLogError(`event ${found} at position ${position}`, `event ${id}, as acknowledged`);
      count += 1;
    }
  }
  return count;
}

function assertSound(file: string): void {
  const db = new Database(file);
  const found = db.pragma('integrity_check', { simple: true });
  db.close();
  if (found !== 'ok') throw new BrokenLogError(`integrity_check: ${String(found)}`, 'a sound file');
}

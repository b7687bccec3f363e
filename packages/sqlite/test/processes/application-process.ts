/** Processes with an application on one file, as a test asks them to be. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stores } from '@tidemark/core';
import { checkTrace, readTrace, type TraceReport } from '@tidemark/testing';
import Database from 'better-sqlite3';
import { sqlite } from '../../src/index.ts';
import { bundledChild, type Program } from '../crash/bundle.ts';
import { Remote } from '../remote.ts';
import { temporaryFile } from '../temporary.ts';
import type { ApplicationAbilities } from './application-child.ts';
import { filter, type Model } from './read-models.ts';

export type ApplicationProcess = Remote<ApplicationAbilities>;

let program: Promise<Program> | undefined;

/** A new file, and processes for it: all are killed by `end`. */
export class Together {
  readonly file = temporaryFile();
  readonly #started: ApplicationProcess[] = [];

  /** One that has the application opened, if it is told with what. */
  async start(models?: readonly Model[], { version = 1, trace }: { version?: number; trace?: string } = {}) {
    program ??= bundledChild(new URL('application-child.ts', import.meta.url));
    const { file: script, execArgv } = await program;
    const started: ApplicationProcess = new Remote(script, { execArgv: [...execArgv] });
    this.#started.push(started);
    if (models !== undefined)
      await started.ask('open', { file: this.file, models, version, ...(trace === undefined ? {} : { trace }) });
    return started;
  }

  /** Stops it in the middle of what it does, but not of writing: it would keep all others from that until it is woken. */
  async freeze(one: ApplicationProcess): Promise<void> {
    const db = new Database(this.file);
    db.exec('BEGIN IMMEDIATE');
    one.freeze();
    // A signal takes a moment to arrive.
    await sleep(50);
    db.close();
  }

  /** Looks at the file through a store of this process's. */
  async look<T>(act: (stores: Stores) => Promise<T>): Promise<T> {
    const stores = await sqlite(this.file).open();
    try {
      return await act(stores);
    } finally {
      await stores.close();
    }
  }

  /**
   * Holds what the processes recorded of one read model, all or those with these names, to the log, all of which has to
   * be done. Throws `InvariantError`.
   */
  async checkTraces(model: Model, names?: readonly string[]): Promise<TraceReport> {
    const folder = path.dirname(this.file);
    const ending = `.${model}.trace`;
    const recorded = fs.readdirSync(folder).filter((file) => file.endsWith(ending));
    const wanted = names?.map((name) => `${name}${ending}`) ?? recorded.toSorted();
    const traces = wanted.map((file) => readTrace(path.join(folder, file)));
    return this.look(async ({ events }) =>
      checkTrace(traces, events, { filter, upTo: await events.head(), transactional: model === 'totals' }),
    );
  }

  /** A path that is there as soon as somebody says so: what lasts until then, ends. */
  flag(name: string) {
    const flag = path.join(path.dirname(this.file), name);
    return { path: flag, raise: () => fs.writeFileSync(flag, '') };
  }

  async end(): Promise<void> {
    await Promise.all(this.#started.map((each) => each.kill()));
  }
}

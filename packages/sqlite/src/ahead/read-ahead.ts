/**
 * A thread that reads ahead of one who is far behind, as a rebuild is: making rows out of what SQLite has costs a quarter
 * of a catching-up, which the event loop then has for the application. It is a help and nothing more: whoever finds no
 * page ready reads it by itself, so that a thread that is slow, ended or could not be started holds nobody up.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Position } from '@tidemark/core';
import type { Head } from '../log-rows.ts';
import type { FoundRows } from '../log-search.ts';
import { inMemory, type Settings } from '../options.ts';
import type { Wanted } from '../wanted.ts';
import { Control } from './control.ts';
import { type PackedPage, unpacked } from './packed-page.ts';
import type { ReadingThread } from './reading-thread.ts';

/** In ms: a thread that nobody takes anything from ends itself. */
const patience = 10_000;
const isOfUse = availableParallelism() > 1;

export class ReadAhead {
  #run: AheadRun | undefined;
  #isBroken = false;

  constructor(
    private readonly settings: Settings,
    private readonly logId: string,
  ) {}

  /** `undefined` where nobody can: one at a time. */
  begin(wanted: Wanted, from: Position, top: Head): AheadRun | undefined {
    const { path, mmapBytes, readAhead } = this.settings;
    if (!readAhead || !isOfUse || path === inMemory || this.#isBroken || this.#run !== undefined) return undefined;
    try {
      const run = new AheadRun({ path, mmapBytes, logId: this.logId, wanted, top, patience }, from);
      this.#run = run;
      // What it failed for, it would fail for again.
      run.ended.then(
        () => (this.#run = undefined),
        () => (this.#isBroken = true),
      );
      return run;
    } catch {
      // Threads may be forbidden.
      this.#isBroken = true;
      return undefined;
    }
  }

  /** Resolves when no thread has the file open. */
  async close(): Promise<void> {
    await this.#run?.leave();
  }
}

export class AheadRun {
  readonly top: Position;
  /** Resolves when the thread has ended, rejects where it failed. */
  readonly ended: Promise<void>;
  readonly #control = new Control();
  readonly #port: MessagePort;
  readonly #thread: Worker;
  /** Received, and of no use yet. */
  #page: PackedPage | undefined;

  constructor(reading: Omit<ReadingThread, 'shared' | 'port'>, from: Position) {
    this.top = reading.top.position;
    this.#control.from = from;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: ReadingThread = { ...reading, shared: this.#control.shared, port: port2 };
    this.#thread = threadWith(workerData);
    this.#thread.unref();
    this.ended = new Promise((resolve, reject) => {
      this.#thread.on('error', reject);
      this.#thread.once('exit', () => resolve());
    });
  }

  /** The page that begins at this position, if it is there. */
  take(from: Position): FoundRows | undefined {
    for (;;) {
      this.#page ??= this.#receive();
      if (this.#page === undefined || this.#page.from > from) return undefined;
      const page = this.#page;
      this.#page = undefined;
      if (page.from === from) return { rows: unpacked(page), reached: page.reached };
    }
  }

  /** Where the page begins that is there already, if it begins further on: who reads up to there will meet it. */
  get next(): Position | undefined {
    return this.#page?.from;
  }

  /** What is before this position, somebody has. */
  passed(from: Position): void {
    this.#control.from = from;
  }

  end(): void {
    this.#control.end();
    this.#port.close();
  }

  /** Ends it, and resolves when it has the file open no longer, whatever it ended by. What waits for that holds the process. */
  async leave(): Promise<void> {
    this.end();
    this.#thread.ref();
    await this.ended.catch(() => {});
  }

  #receive(): PackedPage | undefined {
    const received = receiveMessageOnPort(this.#port) as { message: PackedPage } | undefined;
    this.#control.took(received === undefined ? 0 : 1);
    return received?.message;
  }
}

/**
 * In TypeScript where this is, with what runs that; otherwise without what the process was started with, which is not meant
 * for it. Throws where there is no such place, as in a bundle.
 */
function threadWith(workerData: ReadingThread): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const file = new URL(isSource ? './reading-thread.ts' : './reading-thread.js', import.meta.url);
  const execArgv = isSource ? process.execArgv : [];
  return new Worker(file, { workerData, transferList: [workerData.port], execArgv });
}

/**
 * Writers append to one file while consumers read it; any of them is killed, or told to end, again and again, and
 * started anew. In the end everything that they recorded is held to the log.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TidemarkError } from '@tidemark/core';
import { sqlite } from '../../src/index.ts';
import { bundledChild } from '../crash/bundle.ts';
import { Chance } from '../crash/random.ts';
import { checkFolder, type FolderReport } from './check-folder.ts';
import { closingEvent } from './consumer.ts';
import { logIn } from './life.ts';
import { Member } from './member.ts';

export interface SoakOptions {
  /** An empty folder; what happens there stays there. */
  readonly folder: string;
  /** It goes on until so many events are written. */
  readonly events: number;
  readonly writers: number;
  readonly consumers: number;
  /** Seconds from one end of a process to the next, on average. */
  readonly killEvery: number;
  /** And until so many processes were killed, and so many killed themselves; default 0. */
  readonly deaths?: number;
  readonly seed: number;
  readonly onProgress?: (progress: {
    readonly events: number;
    readonly killed: number;
    readonly ended: number;
  }) => void;
}

export interface SoakReport extends FolderReport {
  readonly lives: number;
  /** From outside. */
  readonly killed: number;
  /** Processes that killed themselves in the midst of a transaction, or right behind it. */
  readonly ownDeaths: number;
  /** Told to end, and ended. */
  readonly ended: number;
  /** Of writing and consuming, without the check. */
  readonly seconds: number;
}

/** Nothing was written for a minute. */
class StalledError extends TidemarkError {
  constructor(readonly events: number) {
    super('STALLED', `found ${events} events for a minute, wanted some progress`);
  }
}

/** One end in four is a good one. */
const goodEnds = 0.25;
const lookEvery = 100;
const patience = 60_000;

/** Throws `InvariantError`, `BrokenLogError`, `UnwantedEndError`, `StalledError`. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const soak = new Soak(options);
  const begun = performance.now();
  try {
    await soak.start();
    await soak.endure();
    await soak.finish();
  } finally {
    await soak.clear();
  }
  const seconds = (performance.now() - begun) / 1_000;
  const { lives, killed, ownDeaths, ended } = soak;
  return { ...(await checkFolder(options.folder, { complete: true })), lives, killed, ownDeaths, ended, seconds };
}

class Soak {
  killed = 0;
  ended = 0;
  readonly #chance: Chance;
  #writers: readonly Member[] = [];
  #consumers: readonly Member[] = [];
  #failure: Error | undefined;

  constructor(private readonly options: SoakOptions) {
    this.#chance = new Chance(options.seed);
  }

  get lives(): number {
    return this.#all.reduce((sum, { lives }) => sum + lives, 0);
  }

  get ownDeaths(): number {
    return this.#all.reduce((sum, { ownDeaths }) => sum + ownDeaths, 0);
  }

  get #all(): readonly Member[] {
    return [...this.#writers, ...this.#consumers];
  }

  async start(): Promise<void> {
    this.#writers = await this.#members('writer', this.options.writers);
    this.#consumers = await this.#members('consumer', this.options.consumers);
    for (const member of this.#all) this.#start(member);
  }

  /** Until enough is written and enough have died: ends one process after the other, and starts it again. */
  async endure(): Promise<void> {
    const { events: wanted, killEvery, deaths = 0, onProgress } = this.options;
    const stores = await sqlite(logIn(this.options.folder)).open();
    try {
      let [events, since, next] = [0, performance.now(), this.#nextEnd(killEvery)];
      while (events < wanted || Math.min(this.killed, this.ownDeaths) < deaths) {
        await sleep(Math.min(lookEvery, Math.max(1, next - performance.now())));
        this.#assertWell();
        for (const consumer of this.#consumers) if (!consumer.isRunning) this.#start(consumer);
        const head = await stores.events.head();
        if (head > events) since = performance.now();
        else if (performance.now() - since > patience) throw new StalledError(head);
        events = head;
        if (performance.now() >= next) {
          await this.#endOne();
          next = this.#nextEnd(killEvery);
        }
        onProgress?.({ events, killed: this.killed, ended: this.ended });
      }
    } finally {
      await stores.close();
    }
  }

  /**
   * Lets the consumers do the rest, and end. The last event is one that they want: `caughtUp` of a projection that passed
   * by everything up to the end is not told when another process was first to commit that, and waits in vain.
   */
  async finish(): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.end({ upTo: 0 })));
    const stores = await sqlite(logIn(this.options.folder)).open();
    const { position: upTo = 0 } = await stores.events.append('closing-1', [closingEvent()], {
      expectedRevision: 'any',
    });
    await stores.close();
    const finishing = this.#consumers.map(async (consumer) => {
      while (!(await consumer.end({ upTo }))) {
        this.#assertWell();
        consumer.start();
      }
    });
    await Promise.all(finishing);
    this.#assertWell();
  }

  async clear(): Promise<void> {
    await Promise.all(this.#all.map((member) => member.kill()));
  }

  /** Whichever it is, consumers as often as writers, so that none has a quiet life. */
  async #endOne(): Promise<void> {
    const among = this.#chance.next() < 0.5 ? this.#writers : this.#consumers;
    const member = among[this.#chance.between(0, among.length - 1)];
    if (member === undefined) return;
    if (this.#chance.next() < goodEnds) {
      await member.end({ upTo: 0 });
      this.ended += 1;
    } else {
      await member.kill();
      this.killed += 1;
    }
    this.#assertWell();
    this.#start(member);
  }

  /** Of the consumers, some will die in the midst of a transaction, or when it is committed and nobody knows. */
  #start(member: Member): void {
    const isDoomed = this.#consumers.includes(member) && this.#chance.next() < 0.6;
    const point = this.#chance.next() < 0.5 ? 'after-insert' : 'after-commit';
    member.start(isDoomed ? { point, transaction: this.#chance.between(1, 8) } : undefined);
  }

  /** In milliseconds since the process began: half to one and a half of the average. */
  #nextEnd(killEvery: number): number {
    return performance.now() + killEvery * 1_000 * (0.5 + this.#chance.next());
  }

  async #members(kind: 'writer' | 'consumer', count: number): Promise<readonly Member[]> {
    const program = await bundledChild(new URL(`${kind}-child.ts`, import.meta.url));
    const { folder, seed } = this.options;
    return Array.from({ length: count }, (_, index) => {
      const life = { folder, seed: seed + (index + 1) * 10_000 };
      return new Member(`${kind}${index + 1}`, program, life, (error) => {
        this.#failure ??= error;
      });
    });
  }

  #assertWell(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

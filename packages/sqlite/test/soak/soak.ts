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
import { logIn, patient } from './life.ts';
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
  /** And until so many were frozen for longer than their leases last, and woken; default 0. */
  readonly frozen?: number;
  readonly seed: number;
  readonly onProgress?: (progress: SoakProgress) => void;
}

export interface SoakProgress {
  readonly events: number;
  /** From outside. */
  readonly killed: number;
  /** Stopped (SIGSTOP) and woken. */
  readonly frozen: number;
  /** Told to end, and ended. */
  readonly ended: number;
}

export interface SoakReport extends FolderReport, SoakProgress {
  readonly lives: number;
  /** Of those that were killed or frozen: they led a projection at that moment. */
  readonly leaders: number;
  /** Processes that killed themselves in the midst of a transaction, or right behind it. */
  readonly ownDeaths: number;
  /** Of writing and consuming, without the check. */
  readonly seconds: number;
}

/** Nothing was written, and no read model moved, for a minute. */
class StalledError extends TidemarkError {
  constructor(readonly events: number) {
    super('STALLED', `found ${events} events for a minute, wanted some progress`);
  }
}

/** One end in four is a good one; and one process in four is frozen, and not ended. */
const goodEnds = 0.25;
const freezes = 0.25;
/** In ms: leases last 3 s. */
const frozenFor = { least: 3_300, most: 4_500 } as const;
const lookEvery = 100;
/** Writers wait while a read model is further behind. */
const mostBehind = 20_000;
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
  const { lives, killed, frozen, leaders, ownDeaths, ended } = soak;
  const found = await checkFolder(options.folder, { complete: true });
  return { ...found, lives, killed, frozen, leaders, ownDeaths, ended, seconds };
}

class Soak {
  killed = 0;
  frozen = 0;
  leaders = 0;
  ended = 0;
  readonly #chance: Chance;
  #writers: readonly Member[] = [];
  #consumers: readonly Member[] = [];
  #failure: Error | undefined;
  #paused = false;
  /** One at a time. */
  #freezing: Promise<void> | undefined;

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
    const { events: wanted, killEvery, deaths = 0, frozen = 0, onProgress } = this.options;
    const stores = await sqlite(logIn(this.options.folder), patient).open();
    try {
      let [events, moved, since, next] = [0, 0, performance.now(), this.#nextEnd(killEvery)];
      while (events < wanted || Math.min(this.killed, this.ownDeaths) < deaths || this.frozen < frozen) {
        await sleep(Math.min(lookEvery, Math.max(1, next - performance.now())));
        this.#assertWell();
        for (const consumer of this.#consumers) if (!consumer.isRunning) this.#start(consumer);
        events = await stores.events.head();
        const behind = stores.readModels.builds().map(({ checkpoint }) => events - (checkpoint?.position ?? 0));
        const progress = behind.reduce((sum, lag) => sum + events - lag, events);
        if (progress > moved) since = performance.now();
        else if (performance.now() - since > patience) throw new StalledError(events);
        moved = progress;
        this.#holdBack(Math.max(0, ...behind));
        if (performance.now() >= next) {
          await this.#harmOne();
          next = this.#nextEnd(killEvery);
        }
        onProgress?.({ events, killed: this.killed, frozen: this.frozen, ended: this.ended });
      }
    } finally {
      await stores.close();
    }
  }

  /** Lets the consumers do the rest, and end. */
  async finish(): Promise<void> {
    await this.#freezing;
    await Promise.all(this.#writers.map((writer) => writer.end({ upTo: 0 })));
    const stores = await sqlite(logIn(this.options.folder), patient).open();
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

  /** Whoever may write at once and read later, writes: the consumers would never come to where there is something to lose. */
  #holdBack(behind: number): void {
    if (behind > mostBehind) this.#paused = true;
    else if (behind < mostBehind / 5) this.#paused = false;
    for (const writer of this.#writers) writer.pause(this.#paused);
  }

  async clear(): Promise<void> {
    await Promise.all(this.#all.map((member) => member.kill()));
  }

  /** Whichever it is, consumers as often as writers, so that none has a quiet life; of the consumers, who leads. */
  async #harmOne(): Promise<void> {
    const among = this.#chance.next() < 0.5 ? this.#writers : this.#consumers;
    const member = among.find(({ leads }) => leads) ?? among[this.#chance.between(0, among.length - 1)];
    if (member === undefined) return;
    const kind = this.#chance.next();
    if (kind >= goodEnds && member.leads) this.leaders += 1;
    if (kind < goodEnds) {
      await member.end({ upTo: 0 });
      this.ended += 1;
    } else if (kind < goodEnds + freezes && this.#freezing === undefined) {
      this.#freeze(member);
      return;
    } else {
      await member.kill();
      this.killed += 1;
    }
    this.#assertWell();
    this.#start(member);
  }

  #freeze(member: Member): void {
    this.#freezing = member.freeze(this.#chance.between(frozenFor.least, frozenFor.most)).then(() => {
      this.frozen += 1;
      this.#freezing = undefined;
    });
  }

  /** Of the consumers, some will die in the midst of a transaction, or when it is committed and nobody knows. */
  #start(member: Member): void {
    const isDoomed = this.#consumers.includes(member) && this.#chance.next() < 0.6;
    const point = this.#chance.next() < 0.5 ? 'after-insert' : 'after-commit';
    member.start(isDoomed ? { point, transaction: this.#chance.between(1, 30) } : undefined);
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

/** 64 callers at once, beside the stores of other frameworks, and how many of them are refused. */
import { sqlite } from '@tidemark/sqlite';
import { accountStream, deposit } from '../../bank.ts';
import type { Bench } from '../../bench.ts';
import { type Answers, callersFor } from '../../callers.ts';
import { assertPeerLog } from '../../peers/peer.ts';
import { deposits } from '../../peers/seed.ts';
import { assertLog, RawLog } from '../../raw-log.ts';
import type { RateScenario, Work } from '../../scenario.ts';
import { seeded } from '../../seed.ts';
import { type PeerAt, peerWays } from './ways.ts';

export const peers8 = callersAtOnce(8);
export const peers64 = callersAtOnce(64);

const eventsEach = 2;

interface Callers {
  readonly bench: Bench;
  /** Each has an account. */
  readonly callers: number;
}

function callersAtOnce(callers: number): RateScenario {
  return {
    name: `peers-${callers}`,
    title: `${callers} callers at once`,
    about: `${callers} callers for 3 s, each with a stream of its own, waiting for each append of one event at an exact revision. One that is refused (busy, or no connection left) asks again a millisecond later; how many of the calls were refused is shown, and the rate counts what was acknowledged, until the last call has ended. By hand: one transaction after another. Emmett on one connection is left out: calls made at once share its transaction there, and are acknowledged before it commits; called in turn, it does what the first table says. At most 3 rounds.`,
    unit: 'appends',
    mostRounds: 3,
    async open(bench) {
      const seed = { accounts: callers, eventsEach };
      const template = await seeded(bench, seed);
      const all = { bench, callers };
      const peers = await peerWays(bench, seed, (at) => byPeer(all, at), 'first');
      return [
        { name: 'by hand', prepare: () => byHand(all, template) },
        { name: 'Tidemark', prepare: () => byStore(all, template) },
        ...peers,
      ];
    },
  };
}

async function byHand({ bench, callers }: Callers, template: string): Promise<Work> {
  const file = bench.copyOf(template);
  const raw = new RawLog(file, { durability: 'full', mmapBytes: bench.mmapBytes });
  // Its calls are synchronous: there is never a second one at once, so one caller's turn comes behind the other's.
  let next = 0;
  const append = async () => {
    raw.append(next % callers, eventsEach + Math.floor(next / callers));
    next += 1;
  };
  const ask = () => callersFor(duration(bench), 1, append);
  const check = ({ given }: Answers) => {
    const appended = given[0] ?? 0;
    const turns = Array.from({ length: callers }, (_, caller) => Math.ceil((appended - caller) / callers));
    assertLog(file, ...expected(turns));
  };
  return work(bench, file, { ask, check, close: () => raw.close() });
}

async function byStore({ bench, callers }: Callers, template: string): Promise<Work> {
  const file = bench.copyOf(template);
  const stores = await sqlite(file, { durability: 'full', mmapBytes: bench.mmapBytes }).open();
  const append = (caller: number, answered: number) => deposit(stores.events, caller, eventsEach + answered);
  return work(bench, file, {
    ask: () => callersFor(duration(bench), callers, append),
    check: ({ given }) => assertLog(file, ...expected(given)),
    close: () => stores.close(),
  });
}

async function byPeer({ bench, callers }: Callers, { peer, way, template }: PeerAt): Promise<Work> {
  const file = bench.copyOf(template);
  const log = await way.open(file);
  const append = (caller: number, answered: number) =>
    log.append(accountStream(caller), eventsEach + answered, deposits(1));
  return work(bench, file, {
    ask: () => callersFor(duration(bench), callers, append),
    check: ({ given }) => assertPeerLog(peer, log, file, ...expected(given)),
    close: () => log.close(),
  });
}

function duration(bench: Bench): number {
  return bench.amount(3_000);
}

/** Every event that was acknowledged and no other, and the last one of who was acknowledged most often. */
function expected(given: readonly number[]) {
  const most = given.indexOf(Math.max(...given));
  const events = given.length * eventsEach + given.reduce((sum, each) => sum + each, 0);
  const last = { streamName: accountStream(most), revision: eventsEach + (given[most] ?? 0) - 1 };
  return [events, last] as const;
}

interface Parts {
  ask(): Promise<Answers>;
  check(answers: Answers): void | Promise<void>;
  close(): void | Promise<void>;
}

function work(bench: Bench, file: string, { ask, check, close }: Parts): Work {
  let answers: Answers = { given: [], refused: 0 };
  const acknowledged = () => answers.given.reduce((sum, each) => sum + each, 0);
  return {
    run: async () => {
      answers = await ask();
      return acknowledged();
    },
    check: () => check(answers),
    figures: () => ({ 'refused, %': (100 * answers.refused) / (answers.refused + acknowledged()) }),
    close: async () => {
      await close();
      bench.remove(file);
    },
  };
}

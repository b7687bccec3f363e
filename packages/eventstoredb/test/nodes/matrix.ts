/**
 * A fault strikes a node while every operation is under way, over and over: so it meets them at all their points. Each is a
 * cell of its own, with what became of it.
 */
import { randomUUID } from 'node:crypto';
import type { Stores } from '@tidemark/core';
import { eventStoreDB } from '../../src/index.ts';
import type { Nodes } from './cluster-process.ts';
import { leaderOf } from './leader.ts';
import type { Running } from './operation.ts';
import { operations } from './operations.ts';
import type { NodeFault } from './target.ts';

const paths = { 'over a shared stream': true, 'by a call each': false };

/** An operation and how the client appends for it. */
export interface Cell {
  readonly title: string;
  readonly operation: string;
  readonly isShared: boolean;
}

export const cells: readonly Cell[] = Object.entries(operations).flatMap(([operation, { appends }]) =>
  Object.entries(paths)
    .filter(([, isShared]) => appends || isShared)
    .map(([path, isShared]) => ({ title: appends ? `${operation}, ${path}` : operation, operation, isShared })),
);

/** A fault, and which node it strikes. */
export interface Strike {
  readonly title: string;
  readonly fault: NodeFault;
  readonly strikesLeader: boolean;
}

const words = { kill: 'is killed and started again', freeze: 'is frozen and thawed' };

export function strikesOn(size: number, faults: readonly NodeFault[]): readonly Strike[] {
  return faults.flatMap((fault) => {
    if (size === 1) return [{ title: `the node ${words[fault]}`, fault, strikesLeader: true }];
    return [true, false].map((strikesLeader) => ({
      title: `${strikesLeader ? 'the leader' : 'a follower'} of ${size} ${words[fault]}`,
      fault,
      strikesLeader,
    }));
  });
}

interface Progress {
  turns: number;
  error: unknown;
}

/** How many turns each has to make before the fault, and behind it. */
const stretch = 2;
const pause = 10;

/** Resolves with what went wrong in each cell, by its title; `undefined` where nothing did. */
export async function struck(nodes: Nodes, { fault, strikesLeader }: Strike): Promise<ReadonlyMap<string, unknown>> {
  const run = randomUUID().slice(0, 8);
  const options = { timeout: 1_000, retryFor: nodes.patience };
  const open = async (batchAppends: boolean): Promise<Stores> =>
    eventStoreDB(nodes.address, { ...options, batchAppends }).open();
  const stores = { shared: await open(true), own: await open(false) };
  const progress = new Map<string, Progress>();
  let isOver = false;
  const work = async ({ title, operation, isShared }: Cell, index: number) => {
    const mine: Progress = { turns: 0, error: undefined };
    progress.set(title, mine);
    let running: Running | undefined;
    try {
      const place = { nodes, stores: isShared ? stores.shared : stores.own, name: `${run}c${index}` };
      running = await operations[operation]?.start(place);
      for (; !isOver; mine.turns += 1) {
        await running?.turn(mine.turns);
        // Nobody hurries ahead: all of them are to be under way, and a turn of some is much more work than one of others.
        do await new Promise((resolve) => setTimeout(resolve, pause));
        while (!isOver && mine.turns > Math.min(...unfinished().map(({ turns }) => turns)));
      }
    } catch (error) {
      mine.error = error;
    }
    // Also what has failed may have something open.
    await running?.end?.().catch((error) => {
      mine.error ??= error;
    });
  };
  const unfinished = () => [...progress.values()].filter(({ error }) => error === undefined);
  const working = Promise.all(cells.map(work));
  const goOn = async (what: string) => {
    const before = new Map([...progress].map(([title, { turns }]) => [title, turns]));
    const late = () =>
      [...progress].filter(([title, { turns, error }]) => {
        return error === undefined && turns < (before.get(title) ?? 0) + stretch;
      });
    for (const end = performance.now() + nodes.patience; late().length > 0; ) {
      if (performance.now() > end) {
        for (const [, mine] of late()) mine.error = new Error(`stood still for ${nodes.patience} ms: ${what}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  await goOn('before the fault');
  const leader = await leaderOf(nodes.address);
  const node = nodes.names[strikesLeader ? leader : (leader + 1) % nodes.names.length] as string;
  nodes.control(fault, node);
  await new Promise((resolve) => setTimeout(resolve, nodes.goneFor));
  nodes.control(fault === 'kill' ? 'start' : 'thaw', node);
  await goOn(`after the ${fault} of ${node}`);
  isOver = true;
  await working;
  for (const each of Object.values(stores)) await each.close();
  return new Map([...progress].map(([title, { error }]) => [title, error]));
}

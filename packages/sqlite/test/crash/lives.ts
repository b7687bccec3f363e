/** One life of the child after another on one file, each ended in its own way, each followed by a look at the file. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { temporaryFolder } from '../temporary.ts';
import type { Program } from './bundle.ts';
import { BrokenPromise, FileCheck } from './check.ts';
import type { Death, Life } from './life.ts';
import { Chance } from './random.ts';

export interface Deaths {
  /** How often each way of dying happened: `killed`, or the point of a suicide. */
  readonly ways: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly acknowledgedEvents: number;
  readonly acknowledgedCommits: number;
}

/** Throws `BrokenPromise`, with the seed and the life in its words. */
export async function runLives(options: {
  readonly program: Program;
  readonly lives: number;
  readonly seed: number;
  readonly onDeath?: () => void;
}): Promise<Deaths> {
  const { program, lives, seed, onDeath } = options;
  const chance = new Chance(seed);
  const folder = temporaryFolder();
  const file = path.join(folder, 'log.db');
  const acknowledgements = path.join(folder, 'acknowledged');
  const check = new FileCheck(file, acknowledgements);
  const ways: Record<string, number> = {};
  for (let number = 0; number < lives; number += 1) {
    const death = deathOf(number, chance);
    try {
      await live(program, { file, acknowledgements, seed: seed + number, death });
      await check.afterDeath();
    } catch (error) {
      throw new BrokenPromise(`seed ${seed}, life ${number}, ${JSON.stringify(death)}: ${String(error)}`);
    }
    const way = death.kind === 'killed' ? 'killed' : death.point;
    ways[way] = (ways[way] ?? 0) + 1;
    onDeath?.();
  }
  assertSound(file);
  return { ways, stored: check.stored, acknowledgedEvents: check.events, acknowledgedCommits: check.commits };
}

/** Half of them die at a random moment, a few of these while they open the file. */
function deathOf(number: number, chance: Chance): Death {
  const transaction = chance.between(1, 60);
  if (number % 6 === 1) return { kind: 'suicide', point: 'before-begin', transaction };
  if (number % 6 === 3) return { kind: 'suicide', point: 'after-insert', transaction };
  if (number % 6 === 5) return { kind: 'suicide', point: 'after-commit', transaction };
  return { kind: 'killed', after: number % 12 === 0 ? -chance.between(1, 60) : chance.between(0, 60) };
}

async function live(program: Program, life: Life): Promise<void> {
  const child = fork(program.file, [JSON.stringify(life)], {
    execArgv: [...program.execArgv],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint += String(chunk);
  });
  const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  if (life.death.kind === 'killed') await kill(child, life.death.after);
  const [code, signal] = await ended;
  if (signal !== 'SIGKILL') throw new BrokenPromise(`the child ended by itself with ${code}: ${complaint}`);
}

async function kill(child: ChildProcess, after: number): Promise<void> {
  // Not before the process is one of its own: about 30 ms.
  if (after < 0) await sleep(30 - after);
  else await Promise.race([once(child, 'message').then(() => sleep(after)), once(child, 'exit')]);
  child.kill('SIGKILL');
}

function assertSound(file: string): void {
  const db = new Database(file);
  const found = db.pragma('integrity_check', { simple: true });
  db.close();
  if (found !== 'ok') throw new BrokenPromise(`integrity_check: ${String(found)}`);
}

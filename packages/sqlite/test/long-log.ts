/** A log that is long enough for a thread to read ahead of somebody, with texts of all kinds, and what tests ask of such a thread. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventData, eventData, type Position } from '@tidemark/core';
import * as assert from 'uvu/assert';
import type { AheadRun } from '../src/ahead/read-ahead.ts';
import type { Head } from '../src/log-rows.ts';
import { any, numbered } from './events.ts';
import { type Opened, opened } from './opened.ts';
import { temporaryFile } from './temporary.ts';

export const size = 45_000;

/** Texts of all kinds: none, of two bytes a character, larger than what is read at first sight. */
function mixed(count: number, first: number): readonly EventData[] {
  return numbered(count, first).map((event, index) => {
    if (index % 50 === 0) return eventData('Ünï', { number: first + index, text: '😀ß' }, { metadata: { who: 'é' } });
    if (index % 3 === 0) return eventData('Noted', { number: first + index }, { metadata: { who: 'Ada' } });
    return index === 7 ? eventData('Large', { text: 'x'.repeat(20_000) }) : event;
  });
}

export async function longLog(): Promise<Opened & { readonly path: string }> {
  const path = temporaryFile();
  const store = await opened(path, { durability: 'normal' });
  for (let first = 0; first < size; first += 1_000) {
    await store.events.append(`account-${first % 7_000}`, mixed(1_000, first), any);
  }
  return { ...store, path };
}

export function headOf({ file }: Opened): Head {
  const last = file.reader.log.head();
  if (last === undefined) throw new Error('the log is empty');
  return last;
}

/** Resolves when a page is there, which begins wherever it does. */
export async function firstPage(run: AheadRun): Promise<void> {
  const since = performance.now();
  while (run.next === undefined) {
    assert.ok(performance.now() - since < 30_000, 'the thread has read no page');
    run.take(0);
    await sleep(5);
  }
}

/** The pages that are there, one behind the other. */
export async function pagesOf(run: AheadRun, first: Position, waiting = 0): Promise<readonly Position[]> {
  const begins: Position[] = [];
  const until = performance.now() + waiting;
  for (let from = first; ; ) {
    const found = run.take(from);
    if (found === undefined && performance.now() > until) return begins;
    if (found === undefined) await sleep(5);
    else {
      begins.push(from);
      from = (found.reached?.position ?? 0) + 1;
    }
  }
}

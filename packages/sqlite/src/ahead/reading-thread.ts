/**
 * Reads the log ahead of somebody who is far behind, with a connection of its own. Nothing here imports core, which takes
 * longer to load than many pages to read. What it throws ends the thread, and who is behind reads by itself.
 */
import { isMainThread, type MessagePort, workerData } from 'node:worker_threads';
import type { Position } from '@tidemark/core';
import Database from 'better-sqlite3';
import { type Head, LogRows } from '../log-rows.ts';
import { searchForwards } from '../log-search.ts';
import { pageSize } from '../page-query.ts';
import type { Wanted } from '../wanted.ts';
import { Control } from './control.ts';
import { packed } from './packed-page.ts';

export interface ReadingThread {
  readonly path: string;
  readonly mmapBytes: number;
  readonly wanted: Wanted;
  readonly logId: string;
  /** Up to this event, which is the log's last one or was a moment ago. */
  readonly top: Head;
  /** In ms. Whoever takes nothing for so long may have been left without a word. */
  readonly patience: number;
  readonly shared: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** So far ahead at most: pages, and characters of their texts. */
const mostPages = 16;
const mostText = 8 * 1024 * 1024;

if (!isMainThread) run(workerData as ReadingThread);

function run(reading: ReadingThread): void {
  const { path, mmapBytes, logId, top, port } = reading;
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    db.pragma(`mmap_size = ${mmapBytes}`);
    const log = new LogRows(db);
    // Otherwise somebody has put another file in its place, with numbers of its own for its names.
    const found = db.prepare<[], string>('SELECT log_id FROM log').pluck().get();
    if (found === logId && log.eventIdAt(top.position) === top.eventId) readAhead(log, reading);
  } finally {
    db.close();
    port.close();
  }
}

function readAhead(log: LogRows, { wanted, top, patience, shared, port }: ReadingThread): void {
  const control = new Control(shared);
  const sizes: number[] = [];
  for (let from: Position = control.from; from <= top.position; ) {
    const { rows, reached = top } = searchForwards(log, { from, wanted, limit: pageSize }, top);
    const page = packed(from, reached, rows);
    if (!hasRoom(control, sizes, patience)) return;
    port.postMessage(page, [page.numbers.buffer as ArrayBuffer]);
    sizes.push(page.text.length);
    from = Math.max(reached.position + 1, control.from);
  }
}

/** Waits until there is; false where reading is over. */
function hasRoom(control: Control, sizes: readonly number[], patience: number): boolean {
  for (;;) {
    const { taken } = control;
    if (control.isOver) return false;
    const ahead = sizes.slice(taken);
    const text = ahead.reduce((sum, size) => sum + size, 0);
    if (ahead.length === 0 || (ahead.length < mostPages && text < mostText)) return true;
    if (!control.waitForMoreThan(taken, patience)) return false;
  }
}

/**
 * Tells those who wait for new events that another process has committed. Watching the WAL file alone is wrong: the
 * watcher fires before the commit can be seen, and the last event would stay unseen until the next one. So a change of
 * the file starts a burst of looks, and a slow look of last resort goes on beside it. Nothing runs while nobody waits,
 * and nothing here keeps the process alive.
 */
import fs from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Signal } from '@tidemark/core';
import type { Connection } from './connection.ts';
import { inMemory } from './options.ts';

/** How often the file is looked at after a sign of change, one ms apart. */
const burst = 12;
/** Between the looks of last resort, in ms. */
const fallback = 250;
/** The same where files cannot be watched. */
const unwatched = 25;
/** A watcher is kept for so long after the last one waited, in ms: most wait again at once. */
const linger = 1_000;

export class WakeUp {
  readonly #wal: string;
  readonly #folder: string | undefined;
  #waiting = 0;
  #watcher: fs.FSWatcher | undefined;
  #slow: NodeJS.Timeout | undefined;
  #fast: NodeJS.Timeout | undefined;
  #leaving: NodeJS.Timeout | undefined;
  #looksLeft = 0;

  constructor(private readonly connection: Connection) {
    const { path } = connection;
    // SQLite keeps the WAL beside the file itself, not beside a link to it.
    const file = path === inMemory ? path : fs.realpathSync(path);
    this.#folder = path === inMemory ? undefined : dirname(file);
    this.#wal = `${basename(file)}-wal`;
  }

  /** Resolves when `changed`, one of the connection's, was told after `seen`, whoever commits, or when `signal` fires. */
  async wait(changed: Signal, seen: number, signal: AbortSignal | undefined): Promise<void> {
    this.#begin();
    try {
      await changed.wait(seen, signal);
    } finally {
      this.#end();
    }
  }

  /** Stops watching for good. */
  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    clearInterval(this.#slow);
    clearTimeout(this.#fast);
    clearTimeout(this.#leaving);
    this.#slow = this.#fast = this.#leaving = undefined;
  }

  #begin(): void {
    this.#waiting += 1;
    if (this.#waiting > 1 || this.#folder === undefined) return;
    clearTimeout(this.#leaving);
    if (this.#slow === undefined) {
      this.#watch(this.#folder);
      this.#slow = setInterval(this.#look, this.#watcher === undefined ? unwatched : fallback).unref();
    }
    // What was committed after the last look, before the watcher started or while nobody waited.
    this.#look();
  }

  #end(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0 && this.#slow !== undefined) this.#leaving = setTimeout(() => this.close(), linger).unref();
  }

  #watch(folder: string): void {
    try {
      this.#watcher = fs.watch(folder, { persistent: false }, (_, name) => {
        if (name === null || name === this.#wal) this.#burst();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No watchers left, or none on this file system: looking is enough, only later.
    }
  }

  #burst(): void {
    this.#looksLeft = burst;
    this.#fast ??= setTimeout(this.#lookAgain, 1).unref();
  }

  readonly #lookAgain = (): void => {
    this.#fast = undefined;
    this.#look();
    this.#looksLeft -= 1;
    if (this.#looksLeft > 0 && this.#waiting > 0) this.#fast ??= setTimeout(this.#lookAgain, 1).unref();
  };

  readonly #look = (): void => {
    if (this.#waiting === 0) return;
    try {
      this.connection.refresh();
    } catch {
      // Locked for recovery, or changed by a newer version: who waits has to find out by reading.
      this.connection.notifyAll();
    }
  };
}

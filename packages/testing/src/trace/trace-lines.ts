/** Where the lines of a trace are kept: in memory, 64 KiB at a time, or in a file, each line with a write of its own. */
import fs from 'node:fs';
import { ArgumentError } from '@tidemark/core';
import { entryOf, nameIn, type Trace, type TraceEntry } from './trace-entry.ts';

export interface TraceLines {
  write(line: string): void;
  /** All that was written so far. */
  chunks(): Iterable<Buffer>;
  close(): void;
}

const chunkSize = 65_536;

export class MemoryLines implements TraceLines {
  readonly #full: Buffer[] = [];
  #chunk = Buffer.allocUnsafe(chunkSize);
  #used = 0;

  write(line: string): void {
    // At most three bytes for each UTF-16 code unit.
    if (this.#used + line.length * 3 > this.#chunk.length) this.#turn(line.length * 3);
    this.#used += this.#chunk.write(line, this.#used);
  }

  *chunks(): Iterable<Buffer> {
    yield* this.#full.slice();
    yield this.#chunk.subarray(0, this.#used);
  }

  close(): void {}

  #turn(needed: number): void {
    if (this.#used > 0) this.#full.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = Buffer.allocUnsafe(Math.max(chunkSize, needed));
    this.#used = 0;
  }
}

/** A written line belongs to the operating system: it outlives the process, though not a power cut. */
export class FileLines implements TraceLines {
  #descriptor: number | undefined;

  constructor(private readonly file: string) {
    assertPath(file);
    try {
      this.#descriptor = fs.openSync(file, 'ax');
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== 'EEXIST') throw cause;
      throw new ArgumentError('trace file', `'${file}', which exists`, 'a path where nothing is yet');
    }
  }

  write(line: string): void {
    if (this.#descriptor === undefined) throw new ArgumentError('trace', 'a closed trace', 'an open one');
    fs.writeSync(this.#descriptor, line);
  }

  chunks(): Iterable<Buffer> {
    return fileChunks(this.file);
  }

  close(): void {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/**
 * The trace in a file that a `ConsumerTrace` wrote, in this process or in another, dead or alive: it holds the lines
 * that are there when its entries are read. Throws `UnreadableTraceError`, `ArgumentError`, and what the
 * file system throws.
 *
 * @example
 * await checkTrace([readTrace('first.trace'), readTrace('second.trace')], stores.events);
 */
export function readTrace(file: string): Trace {
  assertPath(file);
  const name = nameOf(file);
  return { name, entries: () => entriesIn(fileChunks(file), name) };
}

function assertPath(file: unknown): void {
  if (typeof file !== 'string' || file === '') throw new ArgumentError('trace file', String(file), 'a path');
}

/** The entries behind the header. */
export function* entriesIn(chunks: Iterable<Buffer>, name: string): Generator<TraceEntry, void, undefined> {
  let number = 0;
  for (const line of linesIn(chunks)) {
    if (line === undefined) return yield { kind: 'cut' };
    number += 1;
    if (number === 1) nameIn(line, name);
    else yield entryOf(line, name, number);
  }
  if (number === 0) yield { kind: 'cut' };
}

/** The lines that are whole, then `undefined` where another one was begun. */
function* linesIn(chunks: Iterable<Buffer>): Generator<string | undefined, void, undefined> {
  let begun: Buffer = Buffer.alloc(0);
  for (const chunk of chunks) {
    const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end > 0) yield* bytes.toString('utf8', 0, end - 1).split('\n');
    begun = bytes.subarray(end);
  }
  if (begun.length > 0) yield undefined;
}

function* fileChunks(file: string): Generator<Buffer, void, undefined> {
  const descriptor = fs.openSync(file, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkSize * 16);
      const size = fs.readSync(descriptor, chunk);
      if (size === 0) return;
      yield chunk.subarray(0, size);
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

/** By its header; a file whose writer did not come that far is called as the file. */
function nameOf(file: string): string {
  for (const line of linesIn(fileChunks(file))) return line === undefined ? file : nameIn(line, file);
  return file;
}

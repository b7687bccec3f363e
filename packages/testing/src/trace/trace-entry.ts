/**
 * What a trace is made of, and its form as text: a line for each entry, readable by anybody. A line counts only when it
 * ends with a line feed, so that one which its writer's death cut off is known.
 */
import type { Position } from '@tidemark/core';
import { UnreadableTraceError } from './invariant-error.ts';

export type TraceEntry =
  | { readonly kind: 'seen'; readonly position: Position; readonly eventId: string; readonly part: number | undefined }
  | { readonly kind: 'committed'; readonly position: Position; readonly eventId: string | undefined }
  /** Without a position: there was no checkpoint. */
  | { readonly kind: 'restarted'; readonly position: Position | undefined; readonly eventId: string | undefined }
  | { readonly kind: 'reset'; readonly build: number }
  /** The last entry of a trace whose writer died within a line. */
  | { readonly kind: 'cut' };

/** What a consumer recorded, to be read as often as wanted. */
export interface Trace {
  readonly name: string;
  /** Throws `UnreadableTraceError`. */
  entries(): Iterable<TraceEntry>;
}

const format = 'tidemark trace 1';

/** The first line: what this is, and whose. */
export function headerLine(name: string): string {
  return `${format} ${JSON.stringify(name)}\n`;
}

/** Each number is a whole one; an id has no white space. */
export function entryLine(kind: Exclude<TraceEntry['kind'], 'cut'>, ...words: readonly (string | number)[]): string {
  return words.length === 0 ? `${kind}\n` : `${kind} ${words.join(' ')}\n`;
}

/** The name in a header. Throws `UnreadableTraceError`. */
export function nameIn(line: string, trace: string): string {
  try {
    const name: unknown = line.startsWith(`${format} `) ? JSON.parse(line.slice(format.length)) : undefined;
    if (typeof name === 'string') return name;
  } catch {
    // said below
  }
  throw new UnreadableTraceError(trace, 1, excerpt(line), `'${format} "name"'`);
}

/** Throws `UnreadableTraceError`, naming the line by its number from 1. */
export function entryOf(line: string, trace: string, number: number): TraceEntry {
  const [kind, first, second, third, ...more] = line.split(' ');
  if (more.length === 0) {
    const place = wholeNumber(first);
    if (kind === 'seen' && place !== undefined && second !== undefined && isPart(third)) {
      return { kind, position: place, eventId: second, part: third === undefined ? undefined : Number(third) };
    }
    if (third === undefined) {
      if (kind === 'committed' && place !== undefined) return { kind, position: place, eventId: second };
      if (kind === 'restarted' && (first === undefined || place !== undefined))
        return { kind, position: place, eventId: second };
      if (kind === 'reset' && place !== undefined && second === undefined) return { kind, build: place };
    }
  }
  throw new UnreadableTraceError(trace, number, excerpt(line), 'seen, committed, restarted or reset with its facts');
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

function isPart(text: string | undefined): boolean {
  return text === undefined || wholeNumber(text) !== undefined;
}

function excerpt(line: string): string {
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}

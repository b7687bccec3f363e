/** Windows over when things happened, `occurredAt`, which is not the order of the log. */
import { concat, defer, mergeMap, type OperatorFunction } from 'rxjs';
import { ArgumentError } from '../errors.ts';
import { assertFunction, assertObject } from '../event/argument-kinds.ts';
import type { RecordedEvent } from '../event/event.ts';
import { describe } from '../shared/describe.ts';
import { type EventTimeWindow, EventTimeWindows } from './event-time-windows.ts';
import { assertMost, type Seed } from './keyed-state.ts';

export interface WindowByEventTimeOptions<T extends RecordedEvent, V, K> {
  /** How long a window is. */
  readonly milliseconds: number;
  /**
   * Where windows begin: at multiples of `milliseconds` since 1970 (UTC), and so many milliseconds later; default 0.
   * It does not follow a time zone through its clock changes: for calendar days, key by the local date instead.
   */
  readonly offset?: number | undefined;
  /** For how many milliseconds behind its end a window takes events that come out of order; default 0. */
  readonly grace?: number | undefined;
  /** Whose time it is; default: the stream, by its name. */
  readonly keyOf?: ((event: T) => K) | undefined;
  /** What a window begins with; a function is called for each window. */
  readonly seed: Seed<K, V>;
  readonly reducer: (value: V, event: T) => V;
  /** Emit open windows too, each after an event went into it. Default: only when they are closed. */
  readonly emitOpen?: boolean | undefined;
  /** Keep so many keys at most: beyond that, the windows of the one updated the longest time ago are emitted open. */
  readonly most?: number | undefined;
}

/**
 * Tumbling windows in event time: each event goes into the window of its key that its `occurredAt` lies in, and
 * `reducer` makes the window's value.
 *
 * The log is in the order of recording, and across streams that says nothing about when things happened. So each key
 * has a clock of its own, the latest `occurredAt` seen of it, and nothing else closes a window: it closes when an event
 * of the same key comes that happened at or past its end (plus `grace`). The last window of a key that has gone quiet
 * stays open; `emitOpen` shows it. Windows without events are not emitted.
 *
 * An event whose window has closed goes into no window: it is counted, in `late` of the key's later emissions, and with
 * `emitOpen` at once in one of its newest window. When the source completes, what is open is emitted with
 * `closed: false`. Throws `ArgumentError`.
 */
export function windowByEventTime<T extends RecordedEvent, V, K = string>(
  options: WindowByEventTimeOptions<T, V, K>,
): OperatorFunction<T, EventTimeWindow<K, V>> {
  assertOptions(options);
  return (source) =>
    defer(() => {
      const windows = new EventTimeWindows(options);
      return concat(
        source.pipe(mergeMap((event) => windows.take(event))),
        defer(() => windows.rest()),
      );
    });
}

function assertOptions(options: unknown): void {
  assertObject('windowByEventTime options', options);
  const { milliseconds, offset = 0, grace = 0, keyOf, reducer, emitOpen = false, most } = options as Options;
  assertMilliseconds('milliseconds', milliseconds, 1);
  assertMilliseconds('offset', offset, Number.MIN_SAFE_INTEGER);
  assertMilliseconds('grace', grace, 0);
  if (keyOf !== undefined) assertFunction('windowByEventTime keyOf', keyOf);
  assertFunction('windowByEventTime reducer', reducer);
  if (typeof emitOpen !== 'boolean')
    throw new ArgumentError('windowByEventTime emitOpen', describe(emitOpen), 'true or false');
  assertMost('windowByEventTime', most);
}

type Options = Readonly<Record<keyof WindowByEventTimeOptions<RecordedEvent, unknown, unknown>, unknown>>;

function assertMilliseconds(name: string, value: unknown, least: number): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return;
  const wanted = least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number from ${least}`;
  throw new ArgumentError(`windowByEventTime ${name}`, describe(value), `${wanted} of milliseconds`);
}

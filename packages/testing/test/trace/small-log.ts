/** Small logs and traces by hand. */
import assert from 'node:assert/strict';
import {
  checkTrace,
  countedId,
  InvariantError,
  type LoggedEvent,
  type SeenEvent,
  type Trace,
  type TraceOptions,
  type ViolationCode,
} from '@tidemark/testing';

/** An event at this position; its id tells it. */
export function logged(position: number, type = 'Wanted', part?: number): LoggedEvent {
  const event = { position, eventId: countedId(position), type, category: 'a', streamName: `a-${position % 3}` };
  return part === undefined ? event : { ...event, part };
}

/** Positions 1, 2, 3 …, all of them wanted. */
export function logOf(count: number): readonly LoggedEvent[] {
  return Array.from({ length: count }, (_, index) => logged(index + 1));
}

export const seenAt = (position: number): SeenEvent => ({ position, eventId: countedId(position) });

/** What the check finds, as code and position; nothing where all is well. */
export async function found(
  traces: Trace | Iterable<Trace>,
  log: readonly LoggedEvent[],
  options?: TraceOptions,
): Promise<readonly (readonly [ViolationCode, number | undefined])[]> {
  try {
    await checkTrace(traces, log, options);
    return [];
  } catch (error) {
    assert.ok(error instanceof InvariantError, String((error as Error).stack));
    assert.equal(error.code, 'INVARIANT_BROKEN');
    for (const { found, wanted, where } of error.violations)
      assert.equal(
        [found, wanted, where].every((text) => text !== '' && !/undefined|NaN/.test(text)),
        true,
        error.message,
      );
    return error.violations.map(({ code, position }) => [code, position]);
  }
}

import { CheckpointMismatchError, StaleReadModelError } from '../application-errors.ts';
import type { Position } from '../event/revision.ts';
import type { LiveRunner } from '../projection/live/live-runner.ts';
import type { ProjectionStatus } from '../projection/projection-status.ts';
import type { Projector } from '../projection/projector.ts';
import type { Clock } from '../shared/clock.ts';
import type { EventStore } from '../store/event-store.ts';
import type { HandlerSubscription } from '../subscription/handler-subscription.ts';
import type { ConsumerHealth, Health } from './application.ts';

interface Consumers {
  readonly description: string;
  readonly clock: Clock;
  readonly projectors: readonly Projector[];
  readonly live: readonly LiveRunner[];
  readonly subscriptions: readonly HandlerSubscription[];
  /** Absent once the application has stopped. */
  readonly events: EventStore | undefined;
}

/** Looks at every consumer and at the log's end; reads at most one event for each. */
export async function healthOf({
  description,
  clock,
  projectors,
  live,
  subscriptions,
  events,
}: Consumers): Promise<Health> {
  const head = (await events?.head()) ?? 0;
  const now = clock.now().getTime();
  const consumers: ConsumerHealth[] = [];
  for (const projector of projectors) {
    if (events !== undefined) projector.refresh();
    const { status } = projector;
    const { name, version, state, position, lastError, parked } = status;
    const lag = await lagOf(position, head, now, events);
    const advice = adviceFor(status);
    const help = advice === undefined ? {} : { advice };
    consumers.push({ name, version, kind: 'projection', state, position, lag, lastError, parked, ...help });
  }
  for (const { status } of live) {
    const lag = await lagOf(status.position, head, now, events);
    consumers.push({ ...status, kind: 'live', lag });
  }
  for (const { name, state, position, error } of subscriptions) {
    const lag = await lagOf(position, head, now, events);
    consumers.push({ name, kind: 'subscription', state, position, lag, lastError: error });
  }
  const failed = consumers.some(({ state, lastError }) => state === 'stopped' && lastError !== undefined);
  const status = events === undefined ? 'stopped' : failed ? 'degraded' : 'ok';
  return { status, store: description, head, consumers };
}

async function lagOf(
  position: Position,
  head: Position,
  now: number,
  events: EventStore | undefined,
): Promise<ConsumerHealth['lag']> {
  if (events === undefined || head <= position) return { events: 0, milliseconds: 0 };
  for await (const next of events.readAll({ from: position + 1, limit: 1 })) {
    return { events: head - position, milliseconds: Math.max(0, now - next.recordedTime) };
  }
  return { events: 0, milliseconds: 0 };
}

function adviceFor({ state, lastError, parked, name }: ProjectionStatus): string | undefined {
  if (state === 'stopped' && lastError instanceof CheckpointMismatchError)
    return `its read model is not of this log: app.rebuild it, or restore the log that belongs to it`;
  if (state === 'stopped' && lastError instanceof StaleReadModelError)
    return `raise the version of '${name}', or app.rebuild it`;
  if (state === 'stopped' && lastError !== undefined)
    return `mend the handler and start again: it goes on in front of that event; or declare onError: 'park' or 'skip'`;
  if (parked > 0) return `look at app.parked(…).list() of '${name}', then retry or skip`;
  return undefined;
}

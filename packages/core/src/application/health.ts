import { CheckpointMismatchError, StaleReadModelError } from '../application-errors.ts';
import { StoreFailedError, TidemarkError } from '../errors.ts';
import type { Position } from '../event/revision.ts';
import type { LiveRunner } from '../projection/live/live-runner.ts';
import type { ProjectionStatus } from '../projection/projection-status.ts';
import type { Projector } from '../projection/projector.ts';
import type { Clock } from '../shared/clock.ts';
import type { EventStore } from '../store/event-store.ts';
import type { HandlerSubscription } from '../subscription/handler-subscription.ts';
import type { ConsumerHealth, ConsumerLag, Health } from './application.ts';

interface Consumers {
  readonly description: string;
  readonly clock: Clock;
  readonly projectors: readonly Projector[];
  readonly live: readonly LiveRunner[];
  readonly subscriptions: readonly HandlerSubscription[];
  /** Absent once the application has stopped. */
  readonly events: EventStore | undefined;
}

/** Looks at every consumer and at the log's end; reads at most one event for each. Never rejects. */
export async function healthOf(looked: Consumers): Promise<Health> {
  const { description, clock, projectors, live, subscriptions, events } = looked;
  const store = new AskedStore(description, events);
  const head = await store.ask((log) => log.head());
  const now = clock.now().getTime();
  const lagAt = (position: Position) => store.ask((log) => lagOf(position, head ?? 0, now, log));
  const consumers: ConsumerHealth[] = [];
  for (const projector of projectors) {
    await store.ask(() => projector.refresh());
    const { status } = projector;
    const { name, version, state, position, lastError, parked } = status;
    const lag = await lagAt(position);
    const advice = adviceFor(status);
    const help = advice === undefined ? {} : { advice };
    const { inline } = projector.definition;
    consumers.push({ name, version, kind: 'projection', inline, state, position, lag, lastError, parked, ...help });
  }
  for (const { status } of live) {
    const lag = await lagAt(status.position);
    consumers.push({ ...status, kind: 'live', lag });
  }
  for (const { name, state, position, error } of subscriptions) {
    const lag = await lagAt(position);
    consumers.push({ name, kind: 'subscription', state, position, lag, lastError: error });
  }
  const failed = consumers.some(({ state, lastError }) => state === 'stopped' && lastError !== undefined);
  const isWell = !failed && store.error === undefined;
  const status = events === undefined ? 'stopped' : isWell ? 'ok' : 'degraded';
  const condition = await events?.condition?.();
  const connection = condition === undefined ? {} : { connection: condition };
  return { status, store: description, storeError: store.error, ...connection, head, consumers };
}

/** A store that may be closed, locked or broken: after the first failure it is not asked again. */
class AskedStore {
  error: Error | undefined;

  constructor(
    private readonly description: string,
    private readonly events: EventStore | undefined,
  ) {}

  /** The answer, or `undefined` where there is none. */
  async ask<T>(question: (events: EventStore) => T | Promise<T>): Promise<T | undefined> {
    if (this.events === undefined || this.error !== undefined) return undefined;
    try {
      return await question(this.events);
    } catch (cause) {
      // An error that is none of ours would be `{}` in JSON.
      const wrapped = () => new StoreFailedError('io', `${this.description} does not answer`, { cause });
      this.error = cause instanceof TidemarkError ? cause : wrapped();
      return undefined;
    }
  }
}

async function lagOf(position: Position, head: Position, now: number, events: EventStore): Promise<ConsumerLag> {
  if (head <= position) return { events: 0, milliseconds: 0 };
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

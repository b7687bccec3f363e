import { Documents, Projection, type RecordedEvent } from '@tidemark/core';
import { offerEvents, statusEvents } from '../domain/events.ts';
import { OnEach } from './on-each.ts';

export interface StepCount {
  readonly count: number;
}

/**
 * How often each step of an application and of its offers was taken, by the event's name. An application passes each of
 * its own states once at most, so the counts of these are its funnel.
 */
@Projection('funnel', { version: 1 })
export class Funnel extends Documents<StepCount> {
  @OnEach(...statusEvents, ...offerEvents)
  stepTaken({ type }: RecordedEvent<object>) {
    this.update(type, ({ count }) => ({ count: count + 1 }), { count: 0 });
  }
}

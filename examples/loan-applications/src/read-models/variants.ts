import { Documents, Projection, type RecordedEvent } from '@tidemark/core';
import {
  offerEvents,
  statusEvents,
  type WorkItemCompleted,
  type WorkItemScheduled,
  type WorkItemStarted,
  workEvents,
} from '../domain/events.ts';
import { workKinds } from '../domain/work.ts';
import { OnEach } from './on-each.ts';

export interface Course {
  /** One character for each step: `stepOf` names it. */
  readonly path: string;
}

/** The course of each application, step by step. Applications of one course are a variant of the process. */
@Projection('variants', { version: 1 })
export class Variants extends Documents<Course> {
  @OnEach(...statusEvents, ...offerEvents)
  stepTaken({ aggregateId, type }: RecordedEvent<object>) {
    this.#append(aggregateId, type);
  }

  @OnEach(...workEvents)
  workDone({ aggregateId, type, data }: RecordedEvent<WorkItemScheduled | WorkItemStarted | WorkItemCompleted>) {
    this.#append(aggregateId, `${type} ${data.work}`);
  }

  #append(aggregateId: string, step: string) {
    this.update(aggregateId, ({ path }) => ({ path: path + characterOf(step) }), { path: '' });
  }
}

/** A character's place here is for ever: documents hold it. New steps go to the end. */
const steps: readonly string[] = [
  'ApplicationSubmitted',
  'ApplicationPartlySubmitted',
  'ApplicationPreAccepted',
  'ApplicationAccepted',
  'ApplicationFinalized',
  'ApplicationApproved',
  'ApplicationRegistered',
  'ApplicationActivated',
  'ApplicationDeclined',
  'ApplicationCancelled',
  'OfferSelected',
  'OfferCreated',
  'OfferSent',
  'OfferSentBack',
  'OfferAccepted',
  'OfferDeclined',
  'OfferCancelled',
  ...workKinds.flatMap((work) => [`WorkItemScheduled ${work}`, `WorkItemStarted ${work}`, `WorkItemCompleted ${work}`]),
];
const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const characterByStep = new Map(steps.map((step, index) => [step, characters.charAt(index)]));

function characterOf(step: string): string {
  return characterByStep.get(step) ?? '?';
}

/** The step that a character of a path stands for. */
export function stepOf(character: string): string {
  return steps[characters.indexOf(character)] ?? 'unknown';
}

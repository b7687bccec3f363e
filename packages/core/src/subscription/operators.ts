/** RxJS operators for streams of events. */
import { filter, type OperatorFunction } from 'rxjs';
import { ArgumentError } from '../errors.ts';
import { type EventClass, eventNameOf } from '../event/domain-event.ts';
import type { RecordedEvent } from '../event/event.ts';
import { describe } from '../shared/describe.ts';

/** Lets the events of these classes pass, typed. An event of a newer version than the code ends the stream with its error. */
export function ofType<E extends readonly EventClass[]>(
  ...classes: E
): OperatorFunction<RecordedEvent, RecordedEvent<InstanceType<E[number]>>> {
  const names = new Set(classes.map(nameOf));
  type Wanted = RecordedEvent<InstanceType<E[number]>>;
  return filter(
    (event): event is Wanted => names.has(event.type) && classes.some((target) => event.data instanceof target),
  );
}

/** Lets the events of streams of these categories pass. */
export function inCategory<T>(...categories: readonly string[]): OperatorFunction<RecordedEvent<T>, RecordedEvent<T>> {
  return filter(({ category }) => categories.includes(category));
}

function nameOf(target: EventClass): string {
  const name = typeof target === 'function' ? eventNameOf(target)?.type : undefined;
  if (name === undefined) throw new ArgumentError('ofType', describe(target), 'a class with @DomainEvent');
  return name;
}

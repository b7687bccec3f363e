/** RxJS operators for streams of events. */
import { filter, type OperatorFunction } from 'rxjs';
import { ArgumentError } from '../errors.ts';
import { demandEventName, type EventClass } from '../event/domain-event.ts';
import type { RecordedEvent } from '../event/event.ts';
import { describe } from '../shared/describe.ts';

/** Lets the events of these classes pass, typed. An event of a newer version than the code ends the stream with its error. Throws `ArgumentError`. */
export function ofType<E extends readonly EventClass[]>(
  ...classes: E
): OperatorFunction<RecordedEvent, RecordedEvent<InstanceType<E[number]>>> {
  if (classes.length === 0) throw new ArgumentError('ofType', 'no class', 'at least one');
  const names = new Set(classes.map((target) => demandEventName('ofType', target).type));
  type Wanted = RecordedEvent<InstanceType<E[number]>>;
  return filter(
    (event): event is Wanted => names.has(event.type) && classes.some((target) => event.data instanceof target),
  );
}

/** Lets the events of streams of these categories pass. Throws `ArgumentError`. */
export function inCategory<T>(...categories: readonly string[]): OperatorFunction<RecordedEvent<T>, RecordedEvent<T>> {
  if (categories.length === 0) throw new ArgumentError('inCategory', 'no category', 'at least one');
  for (const category of categories)
    if (typeof category !== 'string') throw new ArgumentError('inCategory', describe(category), 'text');
  return filter(({ category }) => categories.includes(category));
}

import type { EventClass } from '../event/domain-event.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { ConsumerFilter } from './consumer-filter.ts';

/** An event of one of the classes that a filter names, or of any where it names none. */
export type EventOf<F extends ConsumerFilter> = F['types'] extends readonly (infer T)[]
  ? T extends EventClass<infer E>
    ? RecordedEvent<E>
    : RecordedEvent
  : RecordedEvent;

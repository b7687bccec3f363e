import { type EventClass, On, type RecordedEvent } from '@tidemark/core';

type Handler = (event: RecordedEvent<never>) => void;

/** `@On` for several events that one method treats alike. */
export function OnEach(...events: readonly EventClass[]) {
  return (target: object, method: string, descriptor: TypedPropertyDescriptor<Handler>): void => {
    for (const event of events) On(event)(target as never, method, descriptor as never);
  };
}

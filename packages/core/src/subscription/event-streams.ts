/** The log as an async iterable, as an Observable, and through a handler that is waited for. */
import { Observable } from 'rxjs';
import type { RecordedEvent, StoredEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import { Endable } from '../shared/endable.ts';
import { linkedAbort } from '../shared/linked-abort.ts';
import { PageItems } from '../shared/page-items.ts';
import type { ResolvedFilter } from './consumer-filter.ts';
import { guardedObservable } from './guarded-observable.ts';
import { type SubscriptionParts, subscription } from './subscription.ts';

export interface FollowOptions {
  /** Begin behind this position; default 0, the whole log. `'end'`: only what is still to come. */
  readonly after?: Position | 'end' | undefined;
  /** Ends it quietly. */
  readonly signal?: AbortSignal | undefined;
}

export const followKeys: Readonly<Record<keyof FollowOptions, true>> = { after: true, signal: true };

export interface EventStreamsParts extends SubscriptionParts {
  /** Told of subscribers that fail. */
  readonly onError: (error: unknown) => void;
}

export class EventStreams {
  readonly #pushing = new Set<Promise<void>>();

  constructor(
    private readonly parts: EventStreamsParts,
    /** Fires when the application stops. */
    private readonly stopping: AbortSignal,
  ) {}

  /** One by one; the next page is read when this one is done with. Left while it waits, it ends at once. */
  events(filter: ResolvedFilter, options: FollowOptions): AsyncIterableIterator<RecordedEvent, undefined> {
    const pages = (signal: AbortSignal) => this.pages(filter, { ...options, signal });
    return new PageItems<RecordedEvent>(new Endable(pages, options.signal));
  }

  /** A page is pushed synchronously, the next one read after it: operators that work synchronously hold the reading up. */
  events$(filter: ResolvedFilter, options: FollowOptions): Observable<RecordedEvent> {
    const events$ = new Observable<RecordedEvent>((subscriber) => {
      const over = linkedAbort(options.signal);
      const push = async () => {
        for await (const page of this.pages(filter, { ...options, signal: over.signal })) {
          for (const event of page) {
            if (subscriber.closed) return;
            subscriber.next(event);
          }
        }
        subscriber.complete();
      };
      const pushing = push()
        .catch((error: unknown) => subscriber.error(error))
        .finally(() => {
          over.release();
          this.#pushing.delete(pushing);
        });
      this.#pushing.add(pushing);
      return () => over.abort();
    });
    return guardedObservable('events$', events$, this.parts.onError);
  }

  /** Resolves when every Observable has told its subscribers that it is over. Call it after the application's signal fired. */
  async settled(): Promise<void> {
    await Promise.all(this.#pushing);
  }

  /** `onPassed` is told up to where everything was handled, or does not concern the filter. */
  async *pages(
    filter: ResolvedFilter,
    options: FollowOptions,
    onPassed: (position: Position) => void = () => {},
  ): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    const { after = 0 } = options;
    const over = linkedAbort(this.stopping, options.signal);
    try {
      const begin = after === 'end' ? await this.parts.events.head() : after;
      onPassed(begin);
      for await (const message of subscription(this.parts, filter, { after: begin, signal: over.signal })) {
        if (message.kind === 'events') yield message.events;
        else if (message.kind === 'progress') onPassed(message.position);
      }
    } finally {
      over.release();
    }
  }
}

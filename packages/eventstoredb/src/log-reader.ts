/** Pages of the log, `$all`: one call for each, so that nothing is open on the server while a reader does its work. */
import { filterTest, type Position, type ReadAllOptions, type StoredEvent } from '@tidemark/core';
import { isShown } from './names.ts';
import { firstPage, sizeAfter } from './page-bounds.ts';
import type { Server } from './server.ts';

/** For looking up a single event, which mostly is among the first few: each that is read costs time. */
const fewEvents = 4;

type Pages = AsyncGenerator<readonly StoredEvent[], void, undefined>;
type Direction = 'forwards' | 'backwards';

/** What one call found: `all` with what readers are not shown. */
export interface LogPage {
  readonly all: readonly StoredEvent[];
  readonly shown: readonly StoredEvent[];
  readonly atEnd: boolean;
  /** How many were read, also those that were known. */
  readonly count: number;
  /** As of `ReadPage`. */
  readonly isCut: boolean;
  readonly text: number;
}

export class LogReader {
  /** The last event that readers are shown, among those up to `end`, which was the log's last position. */
  #head: { readonly end: Position; readonly event: StoredEvent | undefined } = { end: -1, event: undefined };

  constructor(
    private readonly server: Server,
    readonly see: (position: Position) => void,
  ) {}

  /** Forwards `place` is inclusive, backwards it is not; `undefined`: from where the direction begins. */
  async page(direction: Direction, place: Position | undefined, limit: number, signal?: AbortSignal): Promise<LogPage> {
    const { events, isCut, text } = await this.server.read(
      { right: 'read $all' },
      (client, options) => client.readAll({ ...options, ...placeOf(direction, place), direction, maxCount: limit }),
      signal,
    );
    return this.#pageOf(events, { atEnd: !isCut && events.length < limit, count: events.length, isCut, text });
  }

  /** The last position of all, whosever event it is; 0 for a log without any. */
  async end(): Promise<Position> {
    const [last] = await this.server.readFew({ right: 'read $all' }, (client, options) =>
      client.readAll({ ...options, ...placeOf('backwards', undefined), direction: 'backwards', maxCount: 1 }),
    );
    return last?.position ?? 0;
  }

  /** The last event that readers are shown. What was looked through before is not looked through again. */
  async head(): Promise<StoredEvent | undefined> {
    const known = this.#head;
    let end: Position | undefined;
    let place: Position | undefined;
    let size = fewEvents;
    for (;;) {
      const { all, shown, atEnd, ...read } = await this.page('backwards', place, size);
      end ??= all[0]?.position ?? 0;
      const [found] = shown;
      const reached = all.at(-1)?.position ?? 0;
      // A log that ends before what was there is another one: it was restored, or begun anew.
      const passed = end >= known.end && reached <= known.end ? known.event : undefined;
      const event = found !== undefined && found.position > (passed?.position ?? -1) ? found : passed;
      if (event !== undefined || atEnd || (end >= known.end && reached <= known.end)) {
        this.#head = { end, event };
        return event;
      }
      place = reached;
      size = sizeAfter(firstPage, read);
    }
  }

  async *all({ direction = 'forwards', from, before, filter, limit, signal }: ReadAllOptions): Pages {
    let left = limit ?? Number.POSITIVE_INFINITY;
    const isForwards = direction === 'forwards';
    const wanted = filterTest(filter);
    let place = isForwards ? from : await this.#placeBefore(before);
    let last: Position | undefined;
    let most = firstPage;
    while (left > 0) {
      signal?.throwIfAborted();
      // With a filter many may have to be looked at for one that is wanted.
      const size = filter === undefined ? Math.min(left + fewEvents, most) : most;
      const { all, shown, atEnd, ...read } = await this.page(direction, place, size, signal);
      const isNew = ({ position }: StoredEvent) =>
        isForwards
          ? position > (last ?? -1) && position >= (from ?? 0)
          : position < (before ?? Number.POSITIVE_INFINITY);
      const events = shown.filter((event) => isNew(event) && wanted(event)).slice(0, left);
      left -= events.length;
      most = sizeAfter(most, read);
      if (events.length > 0) yield events;
      signal?.throwIfAborted();
      last = all.at(-1)?.position;
      if (atEnd || last === undefined) return;
      // Forwards that is inclusive: only the position of an event is one that the server can go on from.
      place = last;
    }
  }

  /** The events after a place, matching or not; `most` are looked at, of which the first may be the one at this place. */
  async after(place: Position, most: number, signal?: AbortSignal): Promise<LogPage> {
    const { all, ...read } = await this.page('forwards', place === 0 ? undefined : place, most, signal);
    return this.#pageOf(
      all.filter(({ position }) => position > place),
      read,
    );
  }

  /** Beyond its end the server's log has no place to begin at. */
  async #placeBefore(before: Position | undefined): Promise<Position | undefined> {
    return before === undefined || before > (await this.end()) ? undefined : before;
  }

  #pageOf(all: readonly StoredEvent[], read: Pick<LogPage, 'atEnd' | 'count' | 'isCut' | 'text'>): LogPage {
    for (const { position } of all) this.see(position);
    return { ...read, all, shown: all.filter(isShown) };
  }
}

function placeOf(direction: Direction, place: Position | undefined): { fromPosition: unknown } {
  if (place === undefined) return { fromPosition: direction === 'forwards' ? 'start' : 'end' };
  return { fromPosition: { commit: BigInt(place), prepare: BigInt(place) } };
}

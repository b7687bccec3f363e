/**
 * Loads an aggregate: cached state or snapshot, then the events behind it. Neither is trusted over events: each names
 * the event it stands at, and where the log has another there, or none, it is thrown away. A history is loaded whole or
 * not at all: where it changes while it is read (truncated, deleted, revived), it is read again from its beginning.
 */
import { TruncatedHistoryError } from '../application-errors.ts';
import { ArgumentError, StreamNotFoundError, type TidemarkError } from '../errors.ts';
import type { EncodedValue } from '../event/codec.ts';
import type { StoredEvent } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import type { Revision } from '../event/revision.ts';
import { streamName as nameOf } from '../event/stream-name.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Snapshot, SnapshotStore } from '../store/snapshot-store.ts';
import { type AggregateCache, type LoadedState, stateText } from './aggregate-cache.ts';
import type { AggregateType } from './aggregate-type.ts';

/** Up to which event to load; by default all. */
export interface LoadUntil {
  /** The last revision to apply. */
  readonly atRevision?: Revision | undefined;
  /** Up to, and without, the first event that happened after this moment. */
  readonly at?: Date | undefined;
}

export interface LoaderParts {
  readonly events: EventStore;
  readonly snapshots: SnapshotStore;
  readonly registry: EventRegistry;
  readonly cache: AggregateCache;
  /** Told of snapshots that cannot be read, which are passed over. */
  readonly onError: (error: unknown) => void;
}

/** So often a history that will not be whole is read. */
const mostReadings = 5;

export class AggregateLoader {
  readonly #fingerprints = new WeakMap<AggregateType, string>();

  constructor(private readonly parts: LoaderParts) {}

  /** For a decision: may take a cached state, which then belongs to the caller; at once where it is surely the latest. */
  forDecision<S>(type: AggregateType<S>, streamName: string): LoadedState<S> | Promise<LoadedState<S>> {
    const cached = this.parts.cache.take(streamName) as LoadedState<S> | undefined;
    if (cached?.revision === undefined) return this.#anew(type, streamName, {});
    if (this.parts.events.isUnchanged?.(streamName, cached.revision)) return cached;
    return this.#current(type, streamName, cached);
  }

  /** For looking: always a state of its own. Throws `ArgumentError` for an `atRevision` beyond the last event. */
  async forReading<S>(type: AggregateType<S>, aggregateId: string, until: LoadUntil = {}): Promise<LoadedState<S>> {
    const { atRevision } = until;
    const streamName = nameOf(type.category, aggregateId);
    const loaded = await this.#anew(type, streamName, until);
    if (atRevision !== undefined && (loaded.revision ?? -1) < atRevision && until.at === undefined) {
      throw new ArgumentError(
        'atRevision',
        String(atRevision),
        loaded.revision === undefined
          ? `none, as '${streamName}' has no events`
          : `at most ${loaded.revision}, the last revision`,
      );
    }
    return loaded;
  }

  /** What a state at `loaded` is saved as; made at once, so that the state may change afterwards. */
  snapshot<S>(type: AggregateType<S>, streamName: string, loaded: LoadedState<S>): Snapshot | undefined {
    const { revision, position, eventId } = loaded;
    if (revision === undefined || position === undefined || eventId === undefined) return undefined;
    const state = stateText(type.encodeState(loaded.state, this.parts.registry.values));
    return { streamName, kind: kindOf(type), fingerprint: this.#fingerprint(type), revision, position, eventId, state };
  }

  async #current<S>(type: AggregateType<S>, streamName: string, cached: LoadedState<S>): Promise<LoadedState<S>> {
    return (await this.#behind(type, streamName, cached)) ?? this.#anew(type, streamName, {});
  }

  async #anew<S>(type: AggregateType<S>, streamName: string, until: LoadUntil): Promise<LoadedState<S>> {
    for (let readings = 1; ; readings += 1) {
      const base = until.at === undefined ? await this.#fromSnapshot(type, streamName, until.atRevision) : undefined;
      const current = base && (await this.#behind(type, streamName, base, until));
      if (current !== undefined) return current;
      const none = { state: type.initialState(), revision: undefined, position: undefined, eventId: undefined };
      try {
        return await this.#replay(type, streamName, none, until);
      } catch (error) {
        if (!(error instanceof NotWhole)) throw error;
        if (readings === mostReadings) throw error.reason;
      }
    }
  }

  /** `base` and the events behind it; `undefined` where the log does not lead from the one to the others. */
  async #behind<S>(
    type: AggregateType<S>,
    streamName: string,
    base: LoadedState<S>,
    until: LoadUntil = {},
  ): Promise<LoadedState<S> | undefined> {
    try {
      return await this.#replay(type, streamName, base, until);
    } catch (error) {
      if (error instanceof NotWhole) return undefined;
      throw error;
    }
  }

  /** Throws `NotWhole` where what it read is not all that happened since `base`. */
  async #replay<S>(
    type: AggregateType<S>,
    streamName: string,
    base: LoadedState<S>,
    { atRevision = Number.POSITIVE_INFINITY, at }: LoadUntil,
  ): Promise<LoadedState<S>> {
    const { registry, events } = this.parts;
    const latest = at?.getTime() ?? Number.POSITIVE_INFINITY;
    let { state } = base;
    let last: StoredEvent | undefined;
    try {
      for await (const page of events.readStream(streamName, { from: base.revision ?? 0 }).pages()) {
        for (const stored of page) {
          if (last === undefined) await this.#assertFirst(base, stored);
          else if (stored.revision !== last.revision + 1) throw truncated(streamName, stored.revision);
          if (stored.revision > atRevision || stored.occurredTime > latest) return standingAt(base, state, last);
          if (stored.revision !== base.revision) {
            for (const event of registry.demand(stored)) state = type.evolve(state, event.data as object);
          }
          last = stored;
        }
      }
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
      if (last === undefined && base.revision === undefined) return base;
      throw new NotWhole(error);
    }
    if (last === undefined) throw truncated(streamName, undefined);
    return standingAt(base, state, last);
  }

  /** The event that `base` stands at, or the beginning of the stream, of its second life where it was revived. */
  async #assertFirst(base: LoadedState, { streamName, revision, eventId }: StoredEvent): Promise<void> {
    if (base.revision !== undefined) {
      if (revision === base.revision && eventId === base.eventId) return;
    } else {
      if (revision === 0) return;
      const { revivedAt } = await this.parts.events.readStreamMetadata(streamName);
      if (revivedAt === revision) return;
    }
    throw truncated(streamName, revision);
  }

  async #fromSnapshot<S>(
    type: AggregateType<S>,
    streamName: string,
    atRevision = Number.POSITIVE_INFINITY,
  ): Promise<LoadedState<S> | undefined> {
    if (type.snapshotEvery === undefined) return undefined;
    const snapshot = await this.parts.snapshots.load(streamName, kindOf(type));
    if (snapshot === undefined || snapshot.revision > atRevision) return undefined;
    if (snapshot.fingerprint !== this.#fingerprint(type)) return undefined;
    const { revision, position, eventId } = snapshot;
    try {
      const { json, types } = JSON.parse(snapshot.state) as Required<EncodedValue>;
      return { state: type.decodeState({ json, types }, this.parts.registry.values), revision, position, eventId };
    } catch (error) {
      // The events have it all; a broken snapshot must cost time only.
      this.parts.onError(error);
      return undefined;
    }
  }

  /** Shape of the state, and every applied event's name, version and upcasters: what else a state depends on. */
  #fingerprint(type: AggregateType): string {
    let text = this.#fingerprints.get(type);
    if (text === undefined) {
      const events = type.events.map((event) => this.parts.registry.fingerprint(event)).sort();
      text = `${type.shape};${events.join(',')}`;
      this.#fingerprints.set(type, text);
    }
    return text;
  }
}

/** What was read does not make a whole history; read again, it may, as others go on writing. */
class NotWhole extends Error {
  constructor(readonly reason: TidemarkError) {
    super(reason.message);
  }
}

function truncated(streamName: string, revision: Revision | undefined): NotWhole {
  return new NotWhole(new TruncatedHistoryError(streamName, revision));
}

function kindOf({ category, version }: AggregateType): string {
  return `${category}@${version}`;
}

function standingAt<S>(base: LoadedState<S>, state: S, last: StoredEvent | undefined): LoadedState<S> {
  if (last === undefined) return { ...base, state };
  return { state, revision: last.revision, position: last.position, eventId: last.eventId };
}

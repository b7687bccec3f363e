/**
 * The shapes an event has on its way: `EventData` into a store, `StoredEvent` out of it, and `RecordedEvent<T>`, the
 * one envelope that everybody reads.
 */
import { UnreadableEventError } from '../errors.ts';
import { decodeValue, plainForm, type TypeNotes } from './codec.ts';
import type { Position, Revision } from './revision.ts';
import { aggregateIdOf } from './stream-name.ts';
import type { ValueClasses } from './value.ts';

/** A value that is the same after `JSON.parse(JSON.stringify(value))`. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** What a receipt is made of when the command comes again. */
export interface CommandNote {
  readonly id: string;
  /** What it was, as in a command log: its handler and its fields. */
  readonly name: string;
  /** JSON text, as in a command log. */
  readonly returned: string;
  readonly decidedAt: Position;
  /** How many events it recorded. */
  readonly count: number;
  /** Which of several decisions on this command it was. */
  readonly decision: string;
  readonly [key: string]: JsonValue;
}

/** Names that begin with `$` are Tidemark's, all others are the application's. */
export interface EventMetadata {
  /** The business transaction this belongs to: the same from the first command to the last reaction. */
  readonly $correlationId?: string | undefined;
  /** The command, or the event, that led to this directly. */
  readonly $causationId?: string | undefined;
  /** The version of the event's shape; written when above 1. */
  readonly $schemaVersion?: number | string | undefined;
  /** The command, where its caller gave it an id and the store keeps no command log: on its first event. */
  readonly $command?: CommandNote | undefined;
  /** When it happened, as ISO text; written where the caller said so. */
  readonly $occurredAt?: string | undefined;
  /** When it was recorded first, as ISO text; written by `copyLog` where a log is moved to another store. */
  readonly $recordedAt?: string | undefined;
  /** Where the data holds what JSON lacks: RFC 6901 pointer → kind. */
  readonly $types?: Readonly<Record<string, string>> | undefined;
  readonly [key: string]: JsonValue | undefined;
}

/**
 * An event as a store takes it: checked and turned into JSON text already. Made by `eventData` (plain data) or by an
 * `EventRegistry` (instances of event classes); do not make it by hand.
 */
export interface EventData {
  /** A UUID in lower case: an append is recognised as repeated by it. */
  readonly eventId: string;
  readonly type: string;
  /** JSON text. */
  readonly data: string;
  /** JSON text of an object; absent when empty. */
  readonly metadata?: string | undefined;
}

/** An event in its stream, with `data` as it was given. Fields are made when they are asked for: `{ ...event }` copies no `data`. */
export interface RecordedEvent<T = unknown> {
  readonly eventId: string;
  readonly type: string;
  readonly data: T;
  readonly metadata: EventMetadata;
  readonly streamName: string;
  readonly category: string;
  /** What follows the category in the stream's name; empty for a stream without `-`. */
  readonly aggregateId: string;
  readonly revision: Revision;
  readonly position: Position;
  /** The store's clock when it was written; of an event that was moved here by `copyLog`, that of the first store. */
  readonly recordedAt: Date;
  /** When it happened: given by the caller, otherwise `recordedAt`. */
  readonly occurredAt: Date;
  /** Which part of a stored event this is, from 0, where an upcaster split it. */
  readonly part?: number;
}

const inspected = Symbol.for('nodejs.util.inspect.custom');
const noMetadata: EventMetadata = Object.freeze({});

/**
 * What a store returns. Text is parsed when first asked for. Read from a store itself, `data` is plain data with
 * `Date`, `Map` and the like restored; an `EventRegistry` makes class instances of it.
 */
export class StoredEvent implements RecordedEvent {
  #data: unknown;
  #read: ((event: StoredEvent) => unknown) | undefined;
  #metadata: EventMetadata | undefined;
  #aggregateId: string | undefined;
  declare readonly part?: number;

  constructor(
    readonly eventId: string,
    readonly type: string,
    readonly dataText: string,
    readonly metadataText: string | null,
    readonly streamName: string,
    readonly category: string,
    readonly revision: Revision,
    readonly position: Position,
    /** This store's clock when it was written, in milliseconds since 1970: also where `recordedAt` is of another store. */
    readonly recordedTime: number,
    /** Where the store knows it: one text for all events of a stream is hashed once, and not by every reader who keeps things by it. */
    aggregateId?: string,
  ) {
    this.#aggregateId = aggregateId;
    this.#read = decodePlainly;
  }

  get data(): unknown {
    if (this.#read !== undefined) {
      this.#data = this.#read(this);
      this.#read = undefined;
    }
    return this.#data;
  }

  get metadata(): EventMetadata {
    this.#metadata ??= this.#parseMetadata();
    return this.#metadata;
  }

  get aggregateId(): string {
    this.#aggregateId ??= aggregateIdOf(this.streamName);
    return this.#aggregateId;
  }

  get recordedAt(): Date {
    return new Date(this.#timeIn('$recordedAt') ?? this.recordedTime);
  }

  get occurredAt(): Date {
    return new Date(this.occurredTime);
  }

  /** `occurredAt` in milliseconds since 1970: `$occurredAt` where it is ISO text, otherwise when it was recorded. */
  get occurredTime(): number {
    return this.#timeIn('$occurredAt') ?? this.#timeIn('$recordedAt') ?? this.recordedTime;
  }

  /** The data made anew from the text, for a reader that will change it. Throws `UnreadableEventError`. */
  decode(values?: ValueClasses): unknown {
    const types = this.#types();
    if (types !== undefined) return decodeValue(this.dataText, types, placeOf(this), values);
    try {
      return JSON.parse(this.dataText);
    } catch (cause) {
      // Naming the place beforehand would cost every event a text that nobody reads.
      throw new UnreadableEventError(placeOf(this), 'it is not JSON', { cause });
    }
  }

  /**
   * Itself, with data that `read` makes when it is first asked for: one object less for each event of a log. Where somebody
   * has asked for the data or has it read otherwise, it is another event.
   */
  becoming(read: (event: StoredEvent) => unknown): StoredEvent {
    if (this.#read !== decodePlainly) return this.reading(this.type, read);
    this.#read = read;
    return this;
  }

  /** The same event under another type, with data that `read` makes when it is first asked for. */
  reading(type: string, read: (event: StoredEvent) => unknown, part?: number): StoredEvent {
    const event = new StoredEvent(
      this.eventId,
      type,
      this.dataText,
      this.metadataText,
      this.streamName,
      this.category,
      this.revision,
      this.position,
      this.recordedTime,
      this.#aggregateId,
    );
    event.#read = read;
    event.#metadata = this.#metadata;
    if (part !== undefined) (event as { part?: number }).part = part;
    return event;
  }

  /**
   * For logs: the envelope as a plain object, with `data` in the plain form it is stored in (a bigint as digits), and
   * the stored text itself where that cannot be read. Never throws for the sake of `data`.
   */
  toJSON(): RecordedEvent {
    const { eventId, type, metadata, streamName, category, aggregateId, revision, position } = this;
    const data = this.#plainData();
    const times = { recordedAt: this.recordedAt, occurredAt: this.occurredAt };
    const envelope = { eventId, type, data, metadata, streamName, category, aggregateId, revision, position, ...times };
    return this.part === undefined ? envelope : { ...envelope, part: this.part };
  }

  /**
   * For `console.log`: the envelope with `data` as it is, or the error where it cannot be read. A method, as the fields that
   * are made when they are asked for stand on the prototype, where neither `console.log` nor `{ ...event }` finds them.
   */
  [inspected](_depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    const { eventId, type, streamName, revision, position, recordedAt, part } = this;
    const lazy = (read: () => unknown) => {
      try {
        return read();
      } catch (error) {
        return error;
      }
    };
    const [data, metadata, occurredAt] = [() => this.data, () => this.metadata, () => this.occurredAt].map(lazy);
    const times = { recordedAt, occurredAt };
    const envelope = { eventId, type, data, metadata, streamName };
    const shown = { ...envelope, revision, position, ...times, ...(part === undefined ? {} : { part }) };
    return `RecordedEvent ${inspect(shown, options)}`;
  }

  #plainData(): unknown {
    try {
      return plainForm(this.data, placeOf(this));
    } catch {
      return this.dataText;
    }
  }

  /** In milliseconds since 1970; `undefined` where the metadata has no such note, or one that is no ISO text. */
  #timeIn(note: '$occurredAt' | '$recordedAt'): number | undefined {
    if (!mayHold(this.metadataText, note)) return undefined;
    const time = timeOf(this.metadata[note]);
    return Number.isNaN(time) ? undefined : time;
  }

  #types(): TypeNotes | undefined {
    return mayHold(this.metadataText, '$types"') ? this.metadata.$types : undefined;
  }

  #parseMetadata(): EventMetadata {
    if (this.metadataText === null) return noMetadata;
    const value = decodeValue(this.metadataText, undefined, `metadata of ${placeOf(this)}`);
    // Other tools may have written an array or a number; none of our notes can be in it.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as EventMetadata) : noMetadata;
  }
}

/** Whether it is worth parsing. A search for what begins with a quote would stop at every other name. */
function mayHold(metadataText: string | null, note: string): boolean {
  return metadataText?.includes(note) === true;
}

function decodePlainly(event: StoredEvent): unknown {
  return event.decode();
}

/** Where an event stands, for messages. */
export function placeOf({ revision, streamName }: Pick<RecordedEvent, 'revision' | 'streamName'>): string {
  return `event ${revision} of stream '${streamName}'`;
}

const isoTime = /^(\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** Milliseconds since 1970 of ISO 8601 text with a time zone; `NaN` for all else, which `Date.parse` guesses at. */
export function timeOf(text: unknown): number {
  return typeof text === 'string' && isoTime.test(text) ? Date.parse(text) : Number.NaN;
}

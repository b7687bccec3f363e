/** Appends as work for the writer: planned against the streams' states by the contract's rules, then inserted. */
import {
  type AppendPlan,
  type AppendResult,
  assertOneKind,
  type Clock,
  CommandHandledError,
  type CommandRecord,
  categoryOf,
  type EventData,
  type ExpectedRevision,
  type Position,
  planAppend,
  type Revision,
  StoredEvent,
  type StreamAppend,
  type StreamState,
} from '@tidemark/core';
import type Database from 'better-sqlite3';
import type { SqliteCommandLog } from './command-log.ts';
import type { InlineRunner } from './inline.ts';
import type { Names } from './names.ts';
import type { KnownStream, StreamCache } from './stream-cache.ts';
import type { Work } from './writer.ts';

type EventValue = string | number | null;

type EventRow = [
  streamId: number,
  revision: number,
  categoryId: number,
  typeId: number,
  recordedAt: number,
  eventId: string,
  data: string,
  metadata: string | null,
];

interface Planned {
  readonly state: StreamState;
  /** Absent where nothing was written yet. */
  readonly stream: KnownStream | undefined;
  readonly events: readonly EventData[];
  readonly expected: ExpectedRevision;
  readonly plan: AppendPlan;
  readonly count: number;
}

export interface AppendParts {
  readonly db: Database.Database;
  readonly streams: StreamCache;
  readonly types: Names;
  readonly commands: SqliteCommandLog;
  readonly clock: Clock;
  readonly inline: InlineRunner;
}

/** So many rows go into one statement, as long as there are so many: each of its own costs a third more. */
const rowsAtOnce = [16, 4, 1] as const;

interface Insertion {
  readonly rows: number;
  readonly statement: Database.Statement<EventValue[]>;
}

export class Appender {
  readonly #insertions: readonly Insertion[];
  readonly #stored: Database.Statement<[number, number], [position: number, eventId: string]>;
  readonly #revive: Database.Statement<[number, number, number]>;

  constructor(private readonly parts: AppendParts) {
    const { db } = parts;
    this.#insertions = rowsAtOnce.map((rows) => ({
      rows,
      statement: db.prepare<EventValue[]>(
        `INSERT INTO events (stream_id, revision, category_id, type_id, recorded_at, event_id, data, metadata)
         VALUES ${new Array(rows).fill('(?, ?, ?, ?, ?, ?, ?, ?)').join()}`,
      ),
    }));
    this.#stored = db
      .prepare<[number, number], [number, string]>(
        'SELECT position, event_id FROM events WHERE stream_id = ? AND revision = ?',
      )
      .raw();
    this.#revive = db.prepare('UPDATE streams SET deleted = 0, truncate_before = ?, revived_at = ? WHERE id = ?');
  }

  /** One append, or several that stand and fall together. */
  work(appends: readonly StreamAppend[], command: CommandRecord | undefined): Work<readonly AppendResult[]> {
    return new Append(this, appends, command);
  }

  /** What `write` may do. Reads; refuses by throwing. */
  plan(appends: readonly StreamAppend[], command: CommandRecord | undefined): readonly Planned[] {
    if (command !== undefined && this.parts.commands.get(command.commandId) !== undefined) {
      throw new CommandHandledError(command.commandId);
    }
    const planned = appends.map((append) => this.#plan(append));
    if (planned.length > 1) assertOneKind(planned);
    return planned;
  }

  write(planned: readonly Planned[], command: CommandRecord | undefined): readonly AppendResult[] {
    if (!this.parts.inline.isUsed || !planned.some(hasNews)) return this.#write(planned, command, undefined);
    return this.parts.inline.append(() => {
      const events: StoredEvent[] = [];
      return { result: this.#write(planned, command, events), events };
    });
  }

  /** Adds the events as they are stored to `stored`. */
  #write(
    planned: readonly Planned[],
    command: CommandRecord | undefined,
    stored: StoredEvent[] | undefined,
  ): readonly AppendResult[] {
    const now = this.parts.clock.now().getTime();
    const results = planned.map((each) => this.#writeOne(each, now, stored));
    const last = results[results.length - 1];
    if (command !== undefined && last !== undefined) {
      const count = planned[planned.length - 1]?.count ?? 0;
      this.parts.commands.insert(
        { ...command, streamName: last.streamName, revision: last.revision, position: last.position, count },
        now,
      );
    }
    return results;
  }

  #plan(append: StreamAppend): Planned {
    const { streamName, events, expectedRevision } = append;
    const stream = this.parts.streams.find(streamName);
    const state = stream?.state ?? this.parts.streams.state(streamName);
    const ids = events.map(({ eventId }) => eventId);
    const plan = planAppend(state, append, ids, (revision) =>
      stream === undefined ? undefined : this.#stored.get(stream.id, revision)?.[1],
    );
    return { state, stream, events, plan, expected: expectedRevision, count: events.length };
  }

  #writeOne(
    { state, stream: known, events, plan }: Planned,
    now: number,
    stored: StoredEvent[] | undefined,
  ): AppendResult {
    const { streamName } = state;
    if (events.length === 0) return { streamName, revision: state.head, position: undefined, repeated: false };
    if (plan.kind === 'repeated') {
      const { revision } = plan;
      return { streamName, revision, position: this.#positionOf(known, revision), repeated: true };
    }
    const stream = this.parts.streams.forWriting(streamName, known);
    if (plan.revives) {
      this.#revive.run(plan.first, plan.first, stream.id);
      stream.state = { ...stream.state, deleted: false, truncateBefore: plan.first, revivedAt: plan.first };
    }
    const position = this.#insertAll(stream.id, stream.categoryId, plan.first, events, now);
    stream.state.head = plan.first + events.length - 1;
    if (stored !== undefined) addStored(stored, events, { streamName, first: plan.first, last: position, now });
    return { streamName, revision: stream.state.head, position, repeated: false };
  }

  #insertAll(
    streamId: number,
    categoryId: number,
    first: Revision,
    events: readonly EventData[],
    now: number,
  ): Position {
    let position: number | bigint = 0;
    let done = 0;
    for (const { rows, statement } of this.#insertions) {
      for (; done + rows <= events.length; done += rows) {
        const values: EventValue[] = [];
        for (let index = done; index < done + rows; index += 1) {
          const { eventId, type, data, metadata } = events[index] as EventData;
          const typeId = this.parts.types.intern(type);
          const row: EventRow = [streamId, first + index, categoryId, typeId, now, eventId, data, metadata ?? null];
          values.push(...row);
        }
        position = statement.run(...values).lastInsertRowid;
      }
    }
    return Number(position);
  }

  #positionOf(stream: KnownStream | undefined, revision: Revision): Position | undefined {
    return stream && this.#stored.get(stream.id, revision)?.[0];
  }
}

class Append implements Work<readonly AppendResult[]> {
  readonly lane = 'durable';
  readonly weight: number;
  readonly streamName: string | undefined;

  constructor(
    private readonly appender: Appender,
    private readonly appends: readonly StreamAppend[],
    private readonly command: CommandRecord | undefined,
  ) {
    this.weight = weightOf(appends);
    this.streamName = appends[0]?.streamName;
  }

  plan(): () => readonly AppendResult[] {
    const planned = this.appender.plan(this.appends, this.command);
    return () => this.appender.write(planned, this.command);
  }
}

function hasNews({ plan, count }: Planned): boolean {
  return count > 0 && plan.kind === 'write';
}

/** As reading them would give them; `last` is the position of the last one. */
function addStored(
  stored: StoredEvent[],
  events: readonly EventData[],
  at: { readonly streamName: string; readonly first: Revision; readonly last: Position; readonly now: number },
): void {
  const { streamName, first, last, now } = at;
  const category = categoryOf(streamName);
  const position = last - events.length + 1;
  for (const [index, { eventId, type, data, metadata }] of events.entries()) {
    const place = [first + index, position + index, now] as const;
    stored.push(new StoredEvent(eventId, type, data, metadata ?? null, streamName, category, ...place));
  }
}

/** In characters, near enough to bytes; what surrounds an event's texts counts as 200. */
function weightOf(appends: readonly StreamAppend[]): number {
  let weight = 0;
  for (const { events } of appends) {
    for (const { data, metadata } of events) weight += data.length + (metadata?.length ?? 0) + 200;
  }
  return weight;
}

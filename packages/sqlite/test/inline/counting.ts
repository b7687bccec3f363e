/** A projection inside the transactions of appends that counts the events of each stream, and refuses those that say so. */
import type { InlineProjections, InlineTransaction, ModelSession, ReadModelStore, StoredEvent } from '@tidemark/core';
import type { Opened } from '../opened.ts';
import { document, serve, table } from '../read-models/models.ts';

export const counts = { name: 'counts', version: 1 } as const;
export const shape = { indexes: ['count'], tables: [table('rows', 'stream TEXT PRIMARY KEY, count INTEGER')] };

/** An event of this type is refused after it was counted. */
export const refusedType = 'Refused';

export class Refusal extends RangeError {}

export class Counting implements InlineProjections {
  /** What was called, in order; an append with its places. */
  readonly calls: string[] = [];
  readonly seen: StoredEvent[] = [];
  transaction: InlineTransaction | undefined;
  onBegin: ((transaction: InlineTransaction) => void) | undefined;
  onAppend: ((session: ModelSession, events: readonly StoredEvent[]) => void) | undefined;
  onFlush: (() => void) | undefined;
  #session: ModelSession | undefined;
  #last: StoredEvent | undefined;

  constructor(readonly build: number) {}

  begin(transaction: InlineTransaction): void {
    this.calls.push('begin');
    this.transaction = transaction;
    this.onBegin?.(transaction);
    this.#session = transaction.session(this.build);
  }

  append(events: readonly StoredEvent[]): void {
    this.calls.push(`append ${events.map(({ streamName, revision }) => `${streamName}:${revision}`).join(' ')}`);
    const session = this.#session as ModelSession;
    const insert = `INSERT INTO ${session.tableName('rows')} VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1`;
    for (const { streamName } of events) {
      const { count } = JSON.parse(session.read(streamName)?.json ?? '{"count":0}') as { count: number };
      session.write(streamName, document({ count: count + 1 }));
      session.statement(insert).run(streamName);
    }
    this.onAppend?.(session, events);
    if (events.some(({ type }) => type === refusedType)) throw new Refusal(events[0]?.streamName);
    this.seen.push(...events);
    this.#last = events[events.length - 1];
  }

  flush(): void {
    this.calls.push('flush');
    this.onFlush?.();
    if (this.#last === undefined) return;
    const { position, eventId } = this.#last;
    this.transaction?.moveCheckpoint(this.build, { logId: this.transaction.logId, position, eventId });
  }

  committed(): void {
    this.calls.push('committed');
    this.#last = undefined;
  }

  rolledBack(): void {
    this.calls.push('rolledBack');
    this.#last = undefined;
  }

  /** Moves no checkpoint for what it has seen so far. */
  forget(): void {
    this.#last = undefined;
  }

  /** The calls since the last time. */
  taken(): readonly string[] {
    return this.calls.splice(0);
  }
}

export async function counting({ readModels, useInline }: Opened): Promise<Counting> {
  const { id } = await serve(readModels, counts, { shape });
  const projection = new Counting(id);
  useInline?.(projection);
  return projection;
}

/** What is stored of it: `stream=count`, by the documents, which have to say the same as the table. */
export function counted(readModels: ReadModelStore, build: number): readonly string[] {
  const documents = readModels.scan(build, { limit: 1_000_000 });
  const lines = documents.map(({ key, json }) => `${key}=${(JSON.parse(json) as { count: number }).count}`);
  const rows = readModels.select(
    `SELECT stream, count FROM ${readModels.tableName(build, 'rows')} ORDER BY stream`,
    [],
  );
  const same = rows.map(({ stream, count }) => `${String(stream)}=${String(count)}`);
  return JSON.stringify(lines) === JSON.stringify(same) ? lines : [...lines, 'but the table says', ...same];
}

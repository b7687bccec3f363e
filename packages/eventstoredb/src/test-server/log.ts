/**
 * An EventStoreDB log in memory, with the semantics of 23.10.6: what is written, refused or already there. It does no
 * scavenging: `$all` keeps what was truncated or soft-deleted. Reading is in log-reader.ts.
 */
import { randomUUID } from 'node:crypto';
import { type CommitDecision, type CommitView, checkCommit } from './commit-check.ts';
import {
  deletedRevision,
  type ExpectedRevision,
  isMetastream,
  type LogRecord,
  metastreamOf,
  noRevision,
  originalOf,
  type ProposedEvent,
  type SessionOutcome,
  type StreamWrite,
  type WriteOutcome,
} from './log-record.ts';
import { RecentIds } from './recent-ids.ts';
import {
  isSoftDeletion,
  metadataOfMetastreams,
  parseMetadata,
  revivedAt,
  type StreamMetadata,
  softDeleted,
} from './stream-metadata.ts';

/** Where the log of a real node stands when the first client comes: its own records are before that. */
const firstPosition = 1_523n;
/** What a record takes in the log beside its texts; positions are offsets in bytes, so they have gaps. */
const recordBytes = 97;
const nothing = new Uint8Array();

export class Log {
  readonly #all: LogRecord[] = [];
  readonly #streams = new Map<string, LogRecord[]>();
  readonly #metadata = new Map<string, StreamMetadata>();
  readonly #tombstoned = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;
  #recent = new RecentIds();
  #position = firstPosition;
  readonly #view: CommitView = {
    lastRevision: (stream) => this.lastRevision(stream),
    isSoftDeleted: (stream) => isSoftDeletion(this.metadataOf(stream)),
    idAt: (stream, revision) => this.recordAt(stream, revision)?.id,
    recent: (id) => this.#recent.get(id),
  };

  /** `now` gives `created`, and the age that `$maxAge` is about, in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** All or nothing. Writing no events is allowed and leaves no trace but a gap in the positions. */
  append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): WriteOutcome {
    const check = this.#check({ stream, expected, events });
    switch (check.decision) {
      case 'stream-deleted':
        return { outcome: 'stream-deleted' };
      case 'wrong-expected-version':
        return { outcome: 'wrong-expected-version', current: check.current };
      case 'idempotent': {
        const readable = this.isVisible(stream, check.last);
        const position = readable ? this.recordAt(stream, check.last)?.position : undefined;
        return { outcome: 'written', revision: check.last, position };
      }
      case 'write': {
        const original = isMetastream(stream) ? originalOf(stream) : undefined;
        const revivesOriginal = original !== undefined && this.#view.isSoftDeleted(original);
        const written = this.#write(stream, check.current, events);
        if (check.revives) this.#revive(stream, check.current + 1n);
        if (revivesOriginal) this.#revive(original, this.lastRevision(original) + 1n);
        this.#notify();
        return { outcome: 'written', ...written };
      }
    }
  }

  /** As 25.1 does: all of them or none, all new or all there already. Each stream is named once, and gets an event. */
  appendToAll(writes: readonly StreamWrite[]): SessionOutcome {
    const checks = writes.map((write) => this.#check(write));
    for (const [index, check] of checks.entries()) {
      if (check.decision === 'stream-deleted') return { outcome: 'stream-deleted', index };
      if (check.decision === 'wrong-expected-version') {
        return { outcome: 'wrong-expected-version', index, current: check.current };
      }
    }
    const repeated = checks.flatMap((check) => (check.decision === 'idempotent' ? [check.last] : []));
    const fresh = checks.flatMap((check) => (check.decision === 'write' ? [check] : []));
    if (repeated.length > 0 && fresh.length > 0) {
      const index = checks.findIndex(({ decision }) => decision === 'idempotent');
      return { outcome: 'wrong-expected-version', index, current: this.lastRevision(writes[index]?.stream ?? '') };
    }
    if (fresh.length === 0) {
      const { stream } = writes[writes.length - 1] as StreamWrite;
      const last = repeated[repeated.length - 1] as bigint;
      const position = this.isVisible(stream, last) ? this.recordAt(stream, last)?.position : undefined;
      return { outcome: 'written', revisions: repeated, position: position ?? -1n };
    }
    const written = writes.map(({ stream, events }) => this.#write(stream, this.lastRevision(stream), events));
    for (const [index, { current, revives }] of fresh.entries()) {
      if (revives) this.#revive((writes[index] as StreamWrite).stream, current + 1n);
    }
    this.#notify();
    const position = written[written.length - 1]?.position ?? -1n;
    return { outcome: 'written', revisions: written.map(({ revision }) => revision), position };
  }

  /** Hides the events and replaces the metadata. The stream can be written again, and its numbering goes on. */
  softDelete(stream: string, expected: ExpectedRevision): WriteOutcome {
    return this.#delete(stream, expected, () => {
      const metastream = metastreamOf(stream);
      const current = this.lastRevision(metastream);
      if (this.lastRevision(stream) === noRevision && current === noRevision) return undefined;
      return this.#write(metastream, current, [systemEvent('$metadata', softDeleted)]);
    });
  }

  /** Ends the stream for good. */
  tombstone(stream: string, expected: ExpectedRevision): WriteOutcome {
    return this.#delete(stream, expected, () => {
      const event = { ...systemEvent('$streamDeleted', nothing), isJson: false };
      const { position } = this.#write(stream, deletedRevision - 1n, [event]);
      this.#tombstoned.add(stream);
      return { revision: deletedRevision, position };
    });
  }

  /** Calls back after each write; returns how to stop that. */
  onWrite(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets what a restarted node forgets: the ids that `any` recognises. */
  forgetRecentIds(): void {
    this.#recent = new RecentIds();
  }

  /** In the order of their positions. */
  get records(): readonly LogRecord[] {
    return this.#all;
  }

  /** Where the next record goes. */
  get end(): bigint {
    return this.#position;
  }

  get now(): number {
    return this.#now();
  }

  /** −1 for a stream without events, Int64.Max for one with a tombstone, or the metadata of one. */
  lastRevision(stream: string): bigint {
    if (this.#tombstoned.has(stream)) return deletedRevision;
    if (isMetastream(stream) && this.#tombstoned.has(originalOf(stream))) return deletedRevision;
    return BigInt(this.#streams.get(stream)?.length ?? 0) - 1n;
  }

  metadataOf(stream: string): StreamMetadata {
    return isMetastream(stream) ? metadataOfMetastreams : (this.#metadata.get(stream) ?? {});
  }

  recordAt(stream: string, revision: bigint): LogRecord | undefined {
    return this.#streams.get(stream)?.[Number(revision)];
  }

  /** Whether a read of the stream would find that event. */
  isVisible(stream: string, revision: bigint): boolean {
    const record = this.recordAt(stream, revision);
    if (record === undefined || revision < this.firstVisible(stream)) return false;
    const { maxAge } = this.metadataOf(stream);
    return maxAge === undefined || record.created >= this.now - maxAge;
  }

  /** Below it a stream was truncated, or cut to `$maxCount`; what `$maxAge` hides is not considered. */
  firstVisible(stream: string): bigint {
    const { truncateBefore = 0n, maxCount } = this.metadataOf(stream);
    const counted = maxCount === undefined ? 0n : this.lastRevision(stream) - maxCount + 1n;
    return counted > truncateBefore ? counted : truncateBefore;
  }

  #check({ stream, expected, events }: StreamWrite): CommitDecision {
    return checkCommit(
      this.#view,
      stream,
      expected,
      events.map(({ id }) => id),
    );
  }

  #delete(
    stream: string,
    expected: ExpectedRevision,
    write: () => { revision: bigint; position: bigint } | undefined,
  ): WriteOutcome {
    const check = checkCommit(this.#view, stream, expected, [randomUUID()]);
    if (check.decision === 'stream-deleted') return { outcome: 'stream-deleted' };
    if (check.decision !== 'write') return { outcome: 'wrong-expected-version', current: this.lastRevision(stream) };
    const written = write();
    if (written === undefined) return { outcome: 'wrong-expected-version', current: noRevision };
    this.#notify();
    return { outcome: 'written', ...written };
  }

  #write(stream: string, current: bigint, events: readonly ProposedEvent[]): { revision: bigint; position: bigint } {
    let revision = current;
    let position = this.#position;
    if (events.length === 0) this.#position += BigInt(recordBytes + stream.length);
    for (const event of events) {
      revision += 1n;
      position = this.#position;
      this.#add({ ...event, stream, revision, position, created: this.#now() });
    }
    return { revision, position };
  }

  #add(record: LogRecord): void {
    this.#all.push(record);
    if (record.revision !== deletedRevision) {
      const records = this.#streams.get(record.stream);
      if (records) records.push(record);
      else this.#streams.set(record.stream, [record]);
    }
    this.#recent.put(record.id, record);
    if (isMetastream(record.stream)) this.#metadata.set(originalOf(record.stream), parseMetadata(record.data));
    const { stream, type, data, metadata } = record;
    this.#position += BigInt(recordBytes + stream.length + type.length + data.length + metadata.length);
  }

  #revive(stream: string, from: bigint): void {
    const metastream = metastreamOf(stream);
    const current = this.lastRevision(metastream);
    const raw = this.recordAt(metastream, current)?.data ?? nothing;
    this.#write(metastream, current, [systemEvent('$metadata', revivedAt(raw, from))]);
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const systemEvent = (type: string, data: Uint8Array): ProposedEvent => ({
  id: randomUUID(),
  type,
  isJson: true,
  data,
  metadata: nothing,
});

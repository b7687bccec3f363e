/** Two logs side by side, event by event, in order: the one that is copied, and its copy. */
import { createHash } from 'node:crypto';
import type { StoredEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';
import { comparable } from './copied-event.ts';
import { CopyMismatchError } from './copy-errors.ts';
import type { EventStore } from './event-store.ts';
import type { LogSurvey } from './log-survey.ts';

export interface Comparison {
  /** So many events from the log's start are the same in both. */
  readonly same: number;
  /** The position of the last of them in the log that is copied; 0 when there is none. */
  readonly position: Position;
  /** SHA-256 of them, in hexadecimal digits: the same for any copy of this log, in whichever store. */
  readonly digest: string;
}

/**
 * How far `to` holds what `from` holds. Of `to` only the streams that `from` has are looked at. It may hold more than was
 * surveyed, where `from` does, too: another one may copy the same log.
 * Throws `CopyMismatchError` for the first event of `to` that is not the one of `from`.
 */
export async function compareLogs(
  from: EventStore,
  to: EventStore,
  { streams, upTo }: LogSurvey,
  { signal, onSame }: { readonly signal: AbortSignal | undefined; readonly onSame?: (same: number) => void },
): Promise<Comparison> {
  const hash = createHash('sha256');
  const source = new Walk(from, (event) => streams.has(event.streamName), signal);
  let same = 0;
  let position = 0;
  try {
    for await (const found of to.readAll({ signal })) {
      if (!streams.has(found.streamName)) continue;
      const wanted = await source.next();
      const text = assertSame(found, wanted);
      if (wanted === undefined || wanted.position > upTo) continue;
      hash.update(text);
      position = wanted.position;
      same += 1;
      onSame?.(same);
    }
  } finally {
    await source.end();
  }
  return { same, position, digest: hash.digest('hex') };
}

/** Throws `CopyMismatchError` where the copy ends before what was surveyed does. */
export async function assertComplete(
  from: EventStore,
  { same, position }: Comparison,
  survey: LogSurvey,
): Promise<void> {
  if (same === survey.events) return;
  for await (const missing of from.readAll({ from: position + 1, limit: 1 }))
    throw new CopyMismatchError(missing.streamName, missing.revision, 'nothing', inWords(missing));
}

/** Both in one text. */
function assertSame(found: StoredEvent, wanted: StoredEvent | undefined): string {
  const { streamName, revision } = found;
  const refuse = (is: string, shouldBe: string) => new CopyMismatchError(streamName, revision, is, shouldBe);
  if (wanted === undefined) throw refuse(inWords(found), 'nothing');
  if (wanted.streamName !== streamName || wanted.revision !== revision)
    throw refuse(inWords(found), `${inWords(wanted)} of stream '${wanted.streamName}' at revision ${wanted.revision}`);
  if (found.eventId !== wanted.eventId) throw refuse(inWords(found), inWords(wanted));
  const is = comparable(found);
  const shouldBe = comparable(wanted);
  for (const [part, text] of Object.entries(shouldBe)) {
    if (is[part] !== text) throw refuse(`the ${part} ${describe(is[part])}`, describe(text));
  }
  return JSON.stringify([streamName, revision, ...Object.values(shouldBe)]);
}

export function inWords({ type, eventId }: StoredEvent): string {
  return `${type} ${eventId}`;
}

/** A log's matching events, one by one, also those that come behind its end while it is read. */
class Walk {
  #events: AsyncIterator<StoredEvent> | undefined;
  #position: Position = 0;

  constructor(
    private readonly store: EventStore,
    private readonly matches: (event: StoredEvent) => boolean,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** `undefined` at the end, for now. */
  async next(): Promise<StoredEvent | undefined> {
    const isFresh = this.#events === undefined;
    const event = await this.#read();
    // A reading that has come to the end does not see what came behind it.
    return event === undefined && !isFresh ? this.#read() : event;
  }

  async #read(): Promise<StoredEvent | undefined> {
    this.#events ??= this.store.readAll({ from: this.#position + 1, signal: this.signal })[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.#events.next();
      if (done === true) {
        this.#events = undefined;
        return undefined;
      }
      this.#position = value.position;
      if (this.matches(value)) return value;
    }
  }

  async end(): Promise<void> {
    await this.#events?.return?.();
  }
}

/**
 * Snapshots, each stream's and kind's in a stream of its own that keeps its last event. The state is packed: a snapshot is
 * one event, and the server takes none above its limit.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { AppendTooLargeError, type Snapshot, type SnapshotStore, WrongExpectedRevisionError } from '@tidemark/core';
import { expecting } from './expecting.ts';
import { orNothing } from './failures.ts';
import { snapshotStream } from './names.ts';
import type { Server } from './server.ts';
import type { StreamMarks } from './stream-marks.ts';
import { ownEvent } from './written-event.ts';

const type = '$tidemark-snapshot';
const pack = promisify(brotliCompress);
const unpack = promisify(brotliDecompress);
/** A snapshot is written often, and read seldom. */
const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } };
const mostConflicts = 20;

interface Kept {
  readonly revision: number | undefined;
  readonly snapshot: Snapshot | undefined;
}

export class EventStoreDBSnapshots implements SnapshotStore {
  constructor(
    private readonly server: Server,
    private readonly marks: StreamMarks,
  ) {}

  async load(streamName: string, kind: string): Promise<Snapshot | undefined> {
    this.server.assertOpen();
    return (await this.#kept(nameOf(streamName, kind))).snapshot;
  }

  async save(snapshot: Snapshot): Promise<void> {
    this.server.assertOpen();
    const { state, ...rest } = snapshot;
    const taken = { ...rest };
    const packed = (await pack(state, quickly)).toString('base64');
    const data = JSON.stringify({ ...taken, packed });
    const most = this.server.settings.maxAppendBytes;
    if (data.length > most)
      throw new AppendTooLargeError(
        nameOf(taken.streamName, taken.kind),
        `${data.length} bytes`,
        `at most ${most} bytes`,
      );
    await this.#replace(taken, ({ snapshot: stored }) =>
      stored?.fingerprint === taken.fingerprint && stored.revision > taken.revision ? undefined : data,
    );
  }

  async remove(streamName: string, kind: string): Promise<void> {
    this.server.assertOpen();
    await this.#replace({ streamName, kind }, ({ snapshot }) => (snapshot === undefined ? undefined : '{}'));
  }

  /** Writes what `next` makes of what is there, unless that is `undefined`; again where somebody else was first. */
  #replace(key: Pick<Snapshot, 'streamName' | 'kind'>, next: (kept: Kept) => string | undefined): Promise<void> {
    const name = nameOf(key.streamName, key.kind);
    return this.server.finishing(async () => {
      for (let conflicts = 0; conflicts < mostConflicts; conflicts += 1) {
        const kept = await this.#kept(name);
        const data = next(kept);
        if (data === undefined) return;
        if (kept.revision === undefined)
          await this.marks.change(name, ({ metadata }) => ({ deleted: false, metadata: { ...metadata, maxCount: 1 } }));
        if (await this.#write(name, kept.revision, data)) return;
      }
    });
  }

  async #write(name: string, revision: number | undefined, data: string): Promise<boolean> {
    const event = ownEvent(type, data);
    const expected = revision ?? 'no_stream';
    const outcome = await this.server.write(
      (client, options) => client.appendToStream(name, [event], { ...options, ...expecting(expected) }),
      { isAppend: true, repeats: () => true },
    );
    if ('value' in outcome) return true;
    const error = this.server.translated(outcome.error, { streamName: name, expected, right: 'write it ($w)' });
    if (error instanceof WrongExpectedRevisionError) return false;
    throw error;
  }

  async #kept(name: string): Promise<Kept> {
    const reading = this.server.readFew({ streamName: name, right: 'read it ($r)' }, (client, options) =>
      client.readStream(name, { ...options, direction: 'backwards', fromRevision: 'end', maxCount: 1 }),
    );
    const [event] = await reading.catch(orNothing);
    if (event === undefined) return { revision: undefined, snapshot: undefined };
    const { packed, ...rest } = event.data as Omit<Snapshot, 'state'> & { packed?: string };
    const { revision } = event;
    if (packed === undefined) return { revision, snapshot: undefined };
    const state = (await unpack(Buffer.from(packed, 'base64'))).toString();
    return { revision, snapshot: { ...rest, state } };
  }
}

/** Names and kinds may be as long as a stream's name may be. */
function nameOf(streamName: string, kind: string): string {
  const key = createHash('sha256').update(`${streamName}\n${kind}`).digest('hex').slice(0, 40);
  return snapshotStream(key);
}

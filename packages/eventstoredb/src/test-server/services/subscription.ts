/**
 * Subscriptions: what there is, then `caughtUp`, then what comes, each event once and in order. A subscriber that is slower
 * than the writers is served from the log; with a `liveBuffer` it is dropped instead, as 23.10 does.
 */
import { randomUUID } from 'node:crypto';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type Filter, filterOf } from '../filter.ts';
import { answerOf } from '../links.ts';
import { indexOf, readStream } from '../log-reader.ts';
import { deletedRevision, type LogRecord } from '../log-record.ts';
import { streamNameOf } from '../messages.ts';
import type { NodeContext } from '../node-context.ts';
import { consumerTooSlow, streamDeleted } from '../service-error.ts';
import type { Output } from './output.ts';

const pageSize = 32;

/** From after a revision, or the start, or the end. What the stream's metadata hides is left out only while catching up. */
export async function subscribeToStream(node: NodeContext, output: Output, options: ReadReq.Options): Promise<void> {
  const { log } = node;
  const place = options.getStream();
  const stream = streamNameOf(place?.getStreamIdentifier());
  const last = log.lastRevision(stream);
  if (last === deletedRevision) throw streamDeleted(stream);
  const start = place?.hasRevision() ? BigInt(place.getRevision()) + 1n : 0n;
  let next = place?.hasEnd() ? last + 1n : start;
  let from = log.records.length;
  await output.write(confirmation());
  while (output.isOpen) {
    from = log.records.length;
    const page = readStream(log, stream, next, 'forwards', pageSize);
    if (page.found === 'deleted') throw streamDeleted(stream);
    if (page.found === 'no-stream') break;
    for (const record of page.records) await output.write(answerOf(log, record, options.getResolveLinks()));
    if (page.next === undefined) break;
    next = page.next;
  }
  const isWanted = (record: LogRecord) => record.stream === stream && record.revision >= next;
  await new Live(node, output, { isWanted, from, endsWithTombstone: true, resolves: options.getResolveLinks() }).run();
}

/** From after a position, or the start, or the end. */
export async function subscribeToAll(node: NodeContext, output: Output, options: ReadReq.Options): Promise<void> {
  const { log } = node;
  const place = options.getAll();
  const position = place?.getPosition();
  const start = position ? indexOf(log, BigInt(position.getCommitPosition()) + 1n) : 0;
  const from = place?.hasEnd() ? log.records.length : start;
  const filterOptions = options.getFilter();
  const filter = filterOptions && filterOf(filterOptions);
  await output.write(confirmation());
  const isWanted = (record: LogRecord) => filter?.matches(record) ?? true;
  const resolves = options.getResolveLinks();
  await new Live(node, output, { isWanted, from, endsWithTombstone: false, resolves, filter }).run();
}

interface Selection {
  isWanted(record: LogRecord): boolean;
  /** An index into the log's records. */
  readonly from: number;
  readonly endsWithTombstone: boolean;
  readonly resolves: boolean;
  /** A filtered `$all` tells its position now and then. */
  readonly filter?: Filter | undefined;
}

/** Follows the log from an index on, until the client goes. */
class Live {
  readonly #node: NodeContext;
  readonly #output: Output;
  readonly #selection: Selection;
  #index: number;
  #considered = 0;
  #isCaughtUp = false;
  #wake: () => void = () => {};

  constructor(node: NodeContext, output: Output, selection: Selection) {
    this.#node = node;
    this.#output = output;
    this.#selection = selection;
    this.#index = selection.from;
  }

  async run(): Promise<void> {
    const { log, subscriptions } = this.#node;
    const drop = () => this.#output.fail(consumerTooSlow());
    const stop = log.onWrite(() => this.#noticeWrite());
    subscriptions.add(drop);
    this.#output.onEnd(() => {
      stop();
      subscriptions.delete(drop);
      this.#wake();
    });
    while (this.#output.isOpen) {
      await this.#follow();
      if (!this.#isCaughtUp) await this.#tellCaughtUp();
      if (this.#output.isOpen && this.#index >= log.records.length) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async #follow(): Promise<void> {
    const { log } = this.#node;
    const { isWanted, endsWithTombstone, resolves, filter } = this.#selection;
    for (; this.#output.isOpen; this.#index += 1) {
      const record = log.records[this.#index];
      if (record === undefined) return;
      if (isWanted(record)) {
        if (endsWithTombstone && record.revision === deletedRevision) throw streamDeleted(record.stream);
        await this.#output.write(answerOf(log, record, resolves));
      }
      this.#considered += 1;
      if (filter && this.#considered % filter.checkpointInterval === 0) await this.#output.write(checkpoint(record));
    }
  }

  /** With a filter, the position too: there may have been nothing to send for long. */
  async #tellCaughtUp(): Promise<void> {
    this.#isCaughtUp = true;
    await this.#output.write(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
    const last = this.#node.log.records[this.#index - 1];
    if (this.#selection.filter && last) await this.#output.write(checkpoint(last));
  }

  #noticeWrite(): void {
    if (this.#isCaughtUp && this.#isTooFarBehind()) this.#output.fail(consumerTooSlow());
    else this.#wake();
  }

  #isTooFarBehind(): boolean {
    const { log, liveBuffer } = this.#node;
    if (log.records.length - this.#index <= liveBuffer) return false;
    let waiting = 0;
    for (let index = this.#index; index < log.records.length && waiting <= liveBuffer; index += 1) {
      const record = log.records[index];
      if (record && this.#selection.isWanted(record)) waiting += 1;
    }
    return waiting > liveBuffer;
  }
}

function confirmation(): ReadResp {
  const message = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
  return new streams.ReadResp().setConfirmation(message);
}

function checkpoint({ position }: LogRecord): ReadResp {
  const place = String(position);
  return new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(place).setPreparePosition(place),
  );
}

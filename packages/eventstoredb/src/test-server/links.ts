/** Link events, `$>`: their data, `3@account-1`, names another event. */
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Log } from './log.ts';
import type { LogRecord } from './log-record.ts';
import { readEvent } from './messages.ts';

/** The answer for a record; with `resolve` a link comes with the event it leads to, or alone where that is gone. */
export function answerOf(log: Log, record: LogRecord, resolve: boolean): ReadResp {
  if (!resolve || record.type !== '$>') return readEvent(record, undefined);
  const [, revision, stream] = /^(\d+)@(.*)$/s.exec(Buffer.from(record.data).toString()) ?? [];
  if (revision === undefined || stream === undefined) return readEvent(record, undefined);
  const isReadable = log.isVisible(stream, BigInt(revision));
  return readEvent(isReadable ? log.recordAt(stream, BigInt(revision)) : undefined, record);
}

/** What is said on a batch stream to one append. */

import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Refusal } from '../leadership.ts';
import type { ExpectedRevision, WriteOutcome } from '../log-record.ts';
import { streamIdentifier } from '../messages.ts';
import { notHandledStatus, streamDeletedStatus, wrongExpectedVersionStatus } from '../rpc-status.ts';

export interface Addressee {
  readonly correlationId: string;
  readonly stream: string;
}

const answerTo = ({ correlationId, stream }: Addressee) =>
  new streams.BatchAppendResp()
    .setCorrelationId(new shared.UUID().setString(correlationId))
    .setStreamIdentifier(streamIdentifier(stream));

export const errorAnswer = (to: Addressee, status: Status): BatchAppendResp => answerTo(to).setError(status);

export function writeAnswer(
  to: Addressee & { readonly expected: ExpectedRevision },
  written: WriteOutcome,
): BatchAppendResp {
  switch (written.outcome) {
    case 'stream-deleted':
      return errorAnswer(to, streamDeletedStatus(to.stream));
    case 'wrong-expected-version':
      return errorAnswer(to, wrongExpectedVersionStatus(to.expected, written.current));
    case 'written':
      return answerTo(to).setSuccess(success(written.revision, written.position));
  }
}

/** Undefined for what is no answer to one append: that another node leads ends the whole stream. */
export function refusalAnswer(to: Addressee, refusal: Refusal): BatchAppendResp | undefined {
  switch (refusal.reason) {
    case 'not-leader':
      if (refusal.leader) return undefined;
      return errorAnswer(to, notHandledStatus('No leader info available in response'));
    case 'not-ready':
      return errorAnswer(to, notHandledStatus('Server Is Not Ready'));
    case 'too-busy':
      return errorAnswer(to, notHandledStatus('Server Is Busy'));
  }
}

function success(revision: bigint, position: bigint | undefined): BatchAppendResp.Success {
  const message = new streams.BatchAppendResp.Success();
  if (revision < 0n) message.setNoStream(new empty.Empty());
  else message.setCurrentRevision(String(revision));
  if (position === undefined) return message.setNoPosition(new empty.Empty());
  const place = new shared.AllStreamPosition();
  return message.setPosition(place.setCommitPosition(String(position)).setPreparePosition(String(position)));
}

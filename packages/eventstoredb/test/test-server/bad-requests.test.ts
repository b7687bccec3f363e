/**
 * What the client sends but should not, and what the server makes of it. A batch append that is refused as bad would end
 * this process through the client, so that those are sent without it.
 */
import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import grpcStreams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { credentials as channel } from '@grpc/grpc-js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestServer, type TestServer } from '../../src/test-server/index.ts';
import { connect, credentials, event, idsOf, rejection } from './subject.ts';

let server: TestServer;
test.before(async () => {
  server = await startTestServer({ writeTimeout: 100 });
});
test.after(() => server.stop());

const bad = {
  'an id that is no UUID': event('not-a-uuid'),
  'the empty UUID': event('00000000-0000-0000-0000-000000000000'),
  'an empty type': event(randomUUID(), ''),
};

for (const [name, proposed] of Object.entries(bad)) {
  test(`append: fails on ${name}, and writes nothing`, async () => {
    await using client = connect(server.connectionString);
    const error = await rejection(client.appendToStream('a', [event(), proposed], { credentials }));
    assert.equal([error.type, error.code], ['unknown', 2]);
    assert.equal(await idsOf(client, 'a'), []);
  });

  test(`batch append: answers twice to ${name}: a bad request, and at its deadline a timeout`, async () => {
    const answers = await batch([request({ events: [message(proposed.id, proposed.type)], isFinal: true })], 2);
    assert.equal(answers.map(errorOf), ['BadRequest', 'Timeout']);
    assert.is(new Set(answers.map((answer) => answer.getCorrelationId()?.getString())).size, 1);
  });
}

test('batch append: takes an append in parts', async () => {
  const correlationId = randomUUID();
  const [answer] = await batch(
    [
      request({ correlationId, events: [message(), message()] }),
      request({ correlationId, events: [message()], isFinal: true, withOptions: false }),
    ],
    1,
  );
  assert.is(answer?.getSuccess()?.getCurrentRevision(), '2');
});

test('batch append: times an append out whose last part does not come', async () => {
  const [answer] = await batch([request({ events: [message()] })], 1);
  assert.is(answer && errorOf(answer), 'Timeout');
});

test('batch append: times an append out at once that came after its deadline', async () => {
  const [answer] = await batch([request({ events: [message()], isFinal: true, deadline: Date.now() - 1_000 })], 1);
  assert.is(answer && errorOf(answer), 'Timeout');
});

test('batch append: answers once to an append that is too large, though more of it comes', async () => {
  const correlationId = randomUUID();
  const large = () => message().setData(Buffer.alloc(600_000).toString('base64'));
  const answers = await batch(
    [
      request({ correlationId, events: [large(), large()] }),
      request({ correlationId, events: [message()], isFinal: true, withOptions: false }),
      request({ events: [message()], isFinal: true }),
    ],
    2,
  );
  assert.equal(answers.map(errorOf), ['MaximumAppendSizeExceeded', '']);
});

test('batch append: ends when the client does, with everything answered', async () => {
  const answers = await batch([request({ events: [message()], isFinal: true })], Number.POSITIVE_INFINITY);
  assert.is(answers.length, 1);
});

const message = (id: string = randomUUID(), type = 'Happened') => {
  const proposed = new streams.BatchAppendReq.ProposedMessage().setId(new shared.UUID().setString(id));
  proposed.getMetadataMap().set('type', type).set('content-type', 'application/json');
  return proposed;
};

interface Request {
  readonly correlationId?: string;
  readonly events: BatchAppendReq.ProposedMessage[];
  readonly isFinal?: boolean;
  readonly withOptions?: boolean;
  readonly deadline?: number;
}

function request({ correlationId = randomUUID(), events, isFinal = false, withOptions = true, deadline }: Request) {
  const wanted = new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(correlationId))
    .setProposedMessagesList(events)
    .setIsFinal(isFinal);
  if (!withOptions) return wanted;
  const options = new streams.BatchAppendReq.Options()
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(`bad-${randomUUID()}`)))
    .setAny(new empty.Empty());
  if (deadline !== undefined) options.setDeadline(timestamp.Timestamp.fromDate(new Date(deadline)));
  return wanted.setOptions(options);
}

/** Sends the requests; resolves with the first `count` answers, or with all when the server ends. */
async function batch(requests: readonly BatchAppendReq[], count: number): Promise<BatchAppendResp[]> {
  const client = new grpcStreams.StreamsClient(`127.0.0.1:${server.port}`, channel.createInsecure());
  const call = client.batchAppend();
  const answers: BatchAppendResp[] = [];
  for (const each of requests) call.write(each);
  if (count === Number.POSITIVE_INFINITY) call.end();
  try {
    for await (const answer of call) {
      answers.push(answer);
      if (answers.length === count) break;
    }
  } finally {
    client.close();
  }
  return answers;
}

/** Empty for a success. */
const errorOf = (answer: BatchAppendResp) => answer.getError()?.getMessage() ?? '';

test.run();

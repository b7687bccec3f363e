// timeout: 120s
/** Each kind of fault with each operation: it ends as it should, what it says is true, and nothing stays open. */
import assert from 'node:assert/strict';
import type { EventData, EventStore } from '@tidemark/core';
import { test } from 'uvu';
import type { CallKind, TestServer } from '../../src/test-server/index.ts';
import { any, idsOf, noStream, numbered, type Opened, opened, until } from './opened.ts';

const appends: readonly CallKind[] = ['append', 'batchAppend'];

interface Operation {
  /** The calls that a fault strikes, once. */
  readonly calls: readonly CallKind[];
  /** Whether the same call again does no harm, so that a fault which passes is not noticed. */
  readonly repeatable: boolean;
  run(events: EventStore, appended: readonly EventData[]): Promise<unknown>;
  /** Looks at what it left behind. */
  check?(events: EventStore, appended: readonly EventData[], outcome: { readonly code?: unknown }): Promise<void>;
}

/** Written once where it says so, at most once where that is not known. */
async function once(events: EventStore, appended: readonly EventData[], { code }: { readonly code?: unknown }) {
  const stored = await idsOf(events.readStream('subject-1', { from: 1 })).catch(() => []);
  const ids = appended.map(({ eventId }) => eventId);
  if (code === 'OUTCOME_UNKNOWN' && stored.length === 0) return;
  assert.deepEqual(stored, ids);
}

const operations: Readonly<Record<string, Operation>> = {
  'append at a revision': {
    calls: appends,
    repeatable: true,
    run: (events, appended) => events.append('subject-1', appended, { expectedRevision: 0 }),
    check: once,
  },
  'append at any': {
    calls: appends,
    repeatable: false,
    run: (events, appended) => events.append('subject-1', appended, any),
    check: once,
  },
  'read a stream': {
    calls: ['readStream'],
    repeatable: true,
    run: (events) => idsOf(events.readStream('subject-1')),
  },
  'read the log': { calls: ['readAll'], repeatable: true, run: (events) => idsOf(events.readAll()) },
  'ask for the head': { calls: ['readAll'], repeatable: true, run: (events) => events.head() },
  'delete a stream': {
    calls: appends,
    repeatable: true,
    run: (events) => events.deleteStream('subject-1', { expectedRevision: 0 }),
    check: async (events) => assert.rejects(idsOf(events.readStream('subject-1')), { code: 'STREAM_NOT_FOUND' }),
  },
  'put a tombstone': {
    calls: ['tombstone'],
    repeatable: true,
    run: (events) => events.tombstoneStream('subject-1'),
    check: async (events) => assert.rejects(idsOf(events.readStream('subject-1')), { code: 'STREAM_DELETED' }),
  },
  'change metadata': {
    calls: appends,
    repeatable: true,
    run: (events) => events.changeStreamMetadata('subject-1', { maxCount: 5 }),
    check: async (events) => assert.deepEqual(await events.readStreamMetadata('subject-1'), { maxCount: 5 }),
  },
  subscribe: {
    calls: ['readAll', 'subscribeToAll'],
    repeatable: true,
    run: async (events) => {
      const seen: string[] = [];
      const appending = events.append('other-1', numbered(1), noStream);
      for await (const message of events.subscribeToAll()) {
        if (message.kind === 'events') seen.push(...message.events.map(({ streamName }) => streamName));
        if (seen.includes('other-1')) break;
      }
      await appending;
      assert.deepEqual(seen, ['subject-1', 'other-1']);
    },
  },
};

interface Fault {
  /** The struck call itself gets no answer. */
  readonly swallows?: boolean;
  /** What may have been done when the call ends is not known. */
  readonly hides: boolean;
  strike(server: TestServer, calls: readonly CallKind[]): void;
}

const faults: Readonly<Record<string, Fault>> = {
  'answers late': { hides: false, strike: ({ faults }, calls) => faults.answerLate(150, { calls, times: 1 }) },
  'never answers': {
    hides: true,
    swallows: true,
    strike: ({ faults }, calls) => faults.neverAnswer({ calls, times: 1 }),
  },
  'commits and does not say so': {
    hides: true,
    swallows: true,
    strike: ({ faults }, calls) => faults.commitWithoutAcknowledging({ calls, times: 1 }),
  },
  'commits and drops the connection': {
    hides: true,
    swallows: true,
    strike: ({ faults }, calls) => faults.commitWithoutAcknowledging({ calls, times: 1, drops: true }),
  },
  'is not ready': { hides: false, strike: ({ faults }, calls) => faults.answerNotReady({ calls, times: 1 }) },
  'is too busy': { hides: false, strike: ({ faults }, calls) => faults.answerTooBusy({ calls, times: 1 }) },
  'does not lead': {
    hides: false,
    strike: ({ faults, port }, calls) => faults.answerNotLeader({ address: '127.0.0.1', port }, { calls, times: 1 }),
  },
  'drops all connections': { hides: true, strike: ({ faults }) => faults.dropConnections() },
  'ends the batch streams': { hides: true, strike: ({ faults }) => faults.endBatchStreams() },
  'overflows the subscriptions': { hides: false, strike: ({ faults }) => faults.overflowSubscriptions() },
};

const paths = { 'over a shared stream': true, 'by a call each': false };

for (const [faultName, fault] of Object.entries(faults)) {
  for (const [operationName, operation] of Object.entries(operations)) {
    for (const [path, batchAppends] of Object.entries(paths)) {
      const concernsAppends = operation.calls.some((kind) => appends.includes(kind));
      if (!concernsAppends && !batchAppends) continue;
      test(`${operationName}, ${path}: the server ${faultName}`, () => cell(fault, operation, batchAppends));
    }
  }
}

async function cell(fault: Fault, operation: Operation, batchAppends: boolean): Promise<void> {
  await using store = await opened({ timeout: 200, retryFor: 5_000, batchAppends });
  await store.events.append('subject-1', numbered(1), noStream);
  const appended = numbered(2, 1);
  fault.strike(store.server, operation.calls);
  const outcome = await operation.run(store.events, appended).then(
    () => ({}),
    (error: { readonly code?: unknown }) => error,
  );
  store.server.faults.clear();
  const { code } = outcome as { readonly code?: unknown };
  // What is sent over a shared stream ends with it, for whatever reason.
  const mayBeUnknown = !operation.repeatable && (fault.hides || batchAppends);
  if (code !== undefined) assert.ok(mayBeUnknown && code === 'OUTCOME_UNKNOWN', `${String(code)}: ${String(outcome)}`);
  // It is not tried again: a server that was started anew would write it a second time.
  if (fault.swallows && !operation.repeatable) assert.equal(code, 'OUTCOME_UNKNOWN');
  await operation.check?.(store.events, appended, outcome as { readonly code?: unknown });
  await nothingOpen(store);
}

/** A shared stream stays open; a call that is never answered is ended by whoever made it. */
async function nothingOpen({ server, events }: Opened): Promise<void> {
  await events.close();
  await until(() => Object.values(server.openCalls).every((count) => count === 0), 'no call is open any more');
}

test.run();

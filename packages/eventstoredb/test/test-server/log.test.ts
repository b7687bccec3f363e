/** The log below the services: what cannot be seen through a client, or would take too long. */
import { randomUUID } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Log } from '../../src/test-server/log.ts';
import { indexOf } from '../../src/test-server/log-reader.ts';
import type { ProposedEvent } from '../../src/test-server/log-record.ts';
import { RecentIds } from '../../src/test-server/recent-ids.ts';

const nothing = new Uint8Array();
const event = (): ProposedEvent => ({ id: randomUUID(), type: 'T', isJson: true, data: nothing, metadata: nothing });

test('remembers the newest ids, up to so many bytes', () => {
  const entry = 28 + 2 * 's'.length;
  const recent = new RecentIds(3 * entry);
  for (const [revision, id] of ['a', 'b', 'c', 'd'].entries())
    recent.put(id, { stream: 's', revision: BigInt(revision) });
  assert.is(recent.get('a'), undefined);
  assert.equal(recent.get('b'), { stream: 's', revision: 1n });
  recent.put('b', { stream: 's', revision: 9n });
  recent.put('e', { stream: 's', revision: 10n });
  assert.is(recent.get('c'), undefined);
  assert.is(recent.get('b')?.revision, 9n);
});

test('writes a second time with any what it has forgotten, and not with a revision', () => {
  const log = new Log();
  const written = event();
  log.append('s', 'no_stream', [written]);
  log.forgetRecentIds();
  log.append('s', 'no_stream', [written]);
  assert.is(log.lastRevision('s'), 0n);
  log.append('s', 'any', [written]);
  assert.is(log.lastRevision('s'), 1n);
});

test('finds the place of any position', () => {
  const log = new Log();
  for (let count = 0; count < 10; count += 1) log.append('s', 'any', [event()]);
  for (const [index, { position }] of log.records.entries()) {
    assert.is(indexOf(log, position), index);
    assert.is(indexOf(log, position + 1n), index + 1);
  }
  assert.is(indexOf(log, 0n), 0);
});

test('keeps other metadata when a stream is revived', () => {
  const log = new Log();
  const metadata = { ...event(), type: '$metadata', data: Buffer.from('{"$tb":9223372036854775807,"colour":"red"}') };
  log.append('s', 'any', [event()]);
  log.append('$$s', 'any', [metadata]);
  log.append('s', 'any', [event()]);
  const revived = Buffer.from(log.recordAt('$$s', log.lastRevision('$$s'))?.data ?? nothing).toString();
  assert.equal(JSON.parse(revived), { $tb: 1, colour: 'red' });
});

test('revives a soft-deleted stream when its metadata is written, empty as it is', () => {
  const log = new Log();
  log.append('s', 'any', [event(), event()]);
  log.softDelete('s', 'any');
  log.append('$$s', 'any', [{ ...event(), type: '$metadata', data: Buffer.from('{"$maxCount":5}') }]);
  assert.equal(log.metadataOf('s'), { truncateBefore: 2n, maxCount: 5n });
});

test('takes metadata that is no JSON for none', () => {
  const log = new Log();
  log.append('s', 'any', [event(), event()]);
  log.append('$$s', 'any', [{ ...event(), data: Buffer.from('{') }]);
  assert.equal(log.metadataOf('s'), {});
  assert.is(log.isVisible('s', 0n), true);
});

test('calls back after each write until it is told to stop, and not for what it refuses', () => {
  const log = new Log();
  let calls = 0;
  const stop = log.onWrite(() => {
    calls += 1;
  });
  log.append('s', 'any', [event(), event()]);
  log.append('s', 'no_stream', [event()]);
  log.tombstone('s', 'any');
  stop();
  log.append('t', 'any', [event()]);
  assert.is(calls, 2);
});

test.run();

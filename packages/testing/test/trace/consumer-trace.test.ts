/** What is recorded is read again: in memory, from a file, by another process, and after its writer was killed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConsumerTrace, checkTrace, countedId, readTrace, type TraceEntry } from '@tidemark/testing';
import { suite } from 'uvu';
import { found, logOf, seenAt } from './small-log.ts';

const test = suite('a consumer’s trace');

let folder = '';
test.before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-trace-'));
});
test.after(() => fs.rmSync(folder, { recursive: true, force: true }));

const fileNamed = (name: string) => path.join(folder, name);

function recordSomething(trace: ConsumerTrace): void {
  trace.restarted();
  trace.seen(seenAt(1));
  trace.seen({ ...seenAt(2), part: 0 });
  trace.committed({ position: 2, eventId: countedId(2) });
  trace.committed(3);
  trace.reset();
  trace.restarted(3);
  trace.restarted({ position: 4, eventId: countedId(4) });
}

const something: readonly TraceEntry[] = [
  { kind: 'restarted', position: undefined, eventId: undefined },
  { kind: 'seen', position: 1, eventId: countedId(1), part: undefined },
  { kind: 'seen', position: 2, eventId: countedId(2), part: 0 },
  { kind: 'committed', position: 2, eventId: countedId(2) },
  { kind: 'committed', position: 3, eventId: undefined },
  { kind: 'reset', build: 1 },
  { kind: 'restarted', position: 3, eventId: undefined },
  { kind: 'restarted', position: 4, eventId: countedId(4) },
];

test('gives back what was recorded, as often as asked', () => {
  const trace = new ConsumerTrace({ name: 'mailer' });
  recordSomething(trace);
  assert.deepEqual([...trace.entries()], something);
  assert.deepEqual([...trace.entries()], something);
  assert.equal(trace.name, 'mailer');
});

test('gives back from a file what was recorded there, with its name', () => {
  const file = fileNamed('whole');
  const trace = new ConsumerTrace({ name: 'ma\nil–er', file });
  recordSomething(trace);
  assert.deepEqual([...trace.entries()], something);
  trace.close();
  trace.close();
  const read = readTrace(file);
  assert.deepEqual([read.name, [...read.entries()]], ['ma\nil–er', something]);
  assert.throws(() => trace.seen(seenAt(3)), { code: 'INVALID_ARGUMENT' });
});

test('begins with the build it is told', () => {
  assert.deepEqual([...new ConsumerTrace({ build: 3 }).entries()], [{ kind: 'reset', build: 3 }]);
});

test('keeps more than fits into one piece of memory, or one read', () => {
  const traces = [new ConsumerTrace(), new ConsumerTrace({ file: fileNamed('long') })];
  for (const trace of traces) {
    for (let position = 1; position <= 50_000; position += 1) trace.seen(seenAt(position));
    let position = 0;
    for (const entry of trace.entries()) {
      position += 1;
      assert.deepEqual(entry, { kind: 'seen', ...seenAt(position), part: undefined });
    }
    assert.equal(position, 50_000);
    trace.close();
  }
});

test('does not write over a file that is there', () => {
  const file = fileNamed('there');
  fs.writeFileSync(file, 'mine');
  assert.throws(() => new ConsumerTrace({ file }), { code: 'INVALID_ARGUMENT' });
  assert.equal(fs.readFileSync(file, 'utf8'), 'mine');
});

test('refuses what is no event or no place, and records nothing of it', () => {
  const trace = new ConsumerTrace();
  const refused = { code: 'INVALID_ARGUMENT' };
  assert.throws(() => trace.seen({ position: -1, eventId: 'a' }), refused);
  assert.throws(() => trace.seen({ position: 1, eventId: 'a b' }), refused);
  assert.throws(() => trace.seen({ position: 1, eventId: '' }), refused);
  assert.throws(() => trace.seen({ position: 1, eventId: 'a', part: 0.5 }), refused);
  assert.throws(() => trace.committed(Number.NaN), refused);
  assert.throws(() => trace.restarted({ position: 1, eventId: 'ä' }), refused);
  assert.throws(() => trace.reset(0), refused);
  assert.throws(() => new ConsumerTrace({ build: -1 }), refused);
  assert.deepEqual([...trace.entries()], []);
});

test('leaves out a line that was cut off at any place, and says so', async () => {
  const whole = fileNamed('to-be-cut');
  const trace = new ConsumerTrace({ name: 'mailer', file: whole });
  for (const position of [1, 2]) trace.seen(seenAt(position));
  trace.committed(12);
  trace.close();
  const text = fs.readFileSync(whole, 'utf8');
  const lines = text.split('\n');
  for (let length = 0; length < text.length; length += 1) {
    const file = fileNamed(`cut-at-${length}`);
    fs.writeFileSync(file, text.slice(0, length));
    const read = readTrace(file);
    const before = text.slice(0, length).split('\n');
    const isCut = length === 0 || before.at(-1) !== '';
    const entries = [...read.entries()];
    assert.equal(entries.at(-1)?.kind === 'cut', isCut, `cut at ${length}`);
    assert.equal(
      entries.filter(({ kind }) => kind !== 'cut').length,
      Math.max(0, before.length - 2),
      `cut at ${length}`,
    );
    assert.equal(read.name, length > (lines[0]?.length ?? 0) ? 'mailer' : file);
    fs.rmSync(file);
  }
  const file = fileNamed('cut');
  fs.writeFileSync(file, text.slice(0, -2));
  const { cut, delivered, checkpoint } = await checkTrace(readTrace(file), logOf(2));
  assert.deepEqual({ cut, delivered, checkpoint }, { cut: ['mailer'], delivered: 2, checkpoint: 0 });
});

test('refuses a file that is no trace, and a line that was changed', () => {
  const file = fileNamed('changed');
  for (const [text, line] of [
    ['something else\n', 1],
    ['tidemark trace 1 unquoted\n', 1],
    ['tidemark trace 1 "a"\nseen 1\n', 2],
    ['tidemark trace 1 "a"\nseen 1 id 0 more\n', 2],
    ['tidemark trace 1 "a"\nseen one id\n', 2],
    ['tidemark trace 1 "a"\nseen 1 id one\n', 2],
    ['tidemark trace 1 "a"\ncommitted 1\ncommitted\n', 3],
    ['tidemark trace 1 "a"\nrestarted -1\n', 2],
    ['tidemark trace 1 "a"\nreset\n', 2],
    ['tidemark trace 1 "a"\n\n', 2],
    ['tidemark trace 1 "a"\nseen 99999999999999999 id\n', 2],
  ] as const) {
    fs.writeFileSync(file, text);
    assert.throws(() => [...readTrace(file).entries()], { code: 'UNREADABLE_TRACE', line }, text);
  }
});

test('is written by one process, killed at any moment, and read by another', async () => {
  const file = fileNamed('killed');
  const program = `
    import { ConsumerTrace } from '@tidemark/testing';
    const trace = new ConsumerTrace({ name: 'killed', file: ${JSON.stringify(file)} });
    for (let position = 1; ; position += 1) {
      trace.seen({ position, eventId: '00000000-0000-4000-8000-' + position.toString(16).padStart(12, '0') });
      if (position === 1_000) process.stdout.write('on its way');
    }`;
  const args = [...process.execArgv, '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const entries = [...readTrace(file).entries()].filter(({ kind }) => kind === 'seen');
  assert.ok(entries.length >= 1_000, `${entries.length} entries were left`);
  assert.deepEqual(await found(readTrace(file), logOf(entries.length), { upTo: entries.length }), []);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Pace } from '../src/report/pace.ts';
import { startProgress } from '../src/report/progress.ts';
import type { Screen } from '../src/report/screen.ts';
import { VirtualTerminal } from './virtual-terminal.ts';

function pipe(columns = 80): Screen & { readonly written: string[] } {
  const written: string[] = [];
  return { columns, coloured: false, live: false, written, write: (text) => written.push(text) };
}

test('progress without a terminal is a line now and then: done, total, pace, time left', () => {
  const out = pipe();
  let now = 0;
  const progress = startProgress(out, () => now);
  const line = progress.line('import', 'steps');
  const pace = new Pace(10_000, () => now);
  for (now = 1_000; now <= 7_000; now += 1_000) line.show(pace.figures(now));
  progress.stop();
  progress.stop();
  assert.equal(out.written, [
    '  import: 3,000 of 10,000 steps, 1,000/s, 7 s left\n',
    '  import: 6,000 of 10,000 steps, 1,000/s, 4 s left\n',
    '  import: 7,000 of 10,000 steps, 1,000/s, 3 s left\n',
  ]);
});

test('where nothing is counted it is the share of the whole', async () => {
  const [out, terminal] = [pipe(), new VirtualTerminal(60)];
  for (const screen of [out, terminal.screen]) {
    const progress = startProgress(screen);
    const line = progress.line('models', undefined);
    line.show({ done: 0, total: 0, perSecond: 0, left: undefined });
    line.show({ done: 12_500, total: 100_000, perSecond: 40_000, left: 2_000 });
    progress.stop();
  }
  assert.equal(out.written, ['  models: 12.5 %, 2 s left\n']);
  assert.match(terminal.lines.join('\n'), /^ {2}models +█+░+ +12\.5 % {2}2 s left$/m);
});

test('what was done before a run, and the time it takes to pass that by, say nothing about its pace', () => {
  let now = 0;
  const pace = new Pace(10_000, () => now);
  now = 60_000;
  assert.equal(pace.figures(8_000, 8_000), { done: 8_000, total: 10_000, perSecond: 0, left: undefined });
  now = 62_000;
  assert.equal(pace.figures(9_000, 8_000), { done: 9_000, total: 10_000, perSecond: 500, left: 2_000 });
  assert.is(pace.elapsed, 2_000);
});

test('what was all there before has no pace, and nothing left', async () => {
  const [out, terminal] = [pipe(), new VirtualTerminal(60)];
  for (const screen of [out, terminal.screen]) {
    const progress = startProgress(screen);
    progress.line('import', 'steps').show({ done: 500, total: 500, perSecond: 0, left: undefined });
    progress.stop();
  }
  assert.equal(out.written, ['  import: 500 of 500 steps\n']);
  assert.match(terminal.lines.join('\n'), /500\/500 steps$/m);
});

test('two lines move at the same time on a terminal, and the last word of one stands below both', async () => {
  const terminal = new VirtualTerminal(90);
  const progress = startProgress(terminal.screen);
  const [one, other] = [progress.line('import', 'steps'), progress.line('rebuild', 'events')];
  one.show({ done: 2_500, total: 10_000, perSecond: 1_250, left: 6_000 });
  other.show({ done: 100, total: 200, perSecond: 400, left: 0 });
  await terminal.drawn();
  const bar = (full: number, size: number) => '█'.repeat(full) + '░'.repeat(size - full);
  assert.equal(terminal.lines, [
    `  import   ${bar(7, 30)}  2,500/10,000 steps  1,250/s  6 s left`,
    `  rebuild  ${bar(15, 30)}  100/200 events  400/s  0 s left`,
  ]);
  one.show({ done: 5_000, total: 10_000, perSecond: 1_250, left: 4_000 });
  other.end('Switched.');
  progress.stop();
  assert.equal(terminal.lines, [
    `  import   ${bar(15, 30)}  5,000/10,000 steps  1,250/s  4 s left`,
    `  rebuild  ${bar(15, 30)}  100/200 events  400/s  0 s left`,
    '  Switched.',
  ]);
  one.show({ done: 10_000, total: 10_000, perSecond: 1_250, left: 0 });
  await terminal.drawn();
  assert.match(terminal.lines[0] ?? '', '5,000/10,000', 'what is over is over');
});

test('a line never fills a narrow terminal: the bar goes first, then what stands to the right', () => {
  for (const columns of [100, 80, 60, 50, 40, 30]) {
    const terminal = new VirtualTerminal(columns);
    const progress = startProgress(terminal.screen);
    const line = progress.line('import', 'steps');
    line.show({ done: 131_100, total: 262_200, perSecond: 13_000, left: 102_000 });
    line.end('A last word that is longer than a narrow terminal is wide.');
    progress.stop();
    const [first = '', ...words] = terminal.lines;
    assert.ok(
      terminal.lines.every((text) => text.length < columns),
      terminal.lines.join('\n'),
    );
    assert.match(first, /^ {2}import +(█+░+ +)?131,100\/262,2/);
    if (columns >= 40) assert.match(first, /(steps|\/s|left)$/, 'nothing is cut off');
    assert.is(first.includes('█'), columns >= 80);
    assert.is(first.includes('1 min 42 s left'), columns >= 60);
    assert.is(first.includes('13,000/s'), columns >= 50);
    assert.is(words.map((word) => word.trim()).join(' '), 'A last word that is longer than a narrow terminal is wide.');
  }
});

test.run();

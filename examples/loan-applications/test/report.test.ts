import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { duration, percent } from '../src/report/numbers.ts';
import { type Screen, screenOf } from '../src/report/screen.ts';
import { type TableText, tableText } from '../src/report/table.ts';

function screen(columns: number, coloured = false): Screen & { readonly written: string[] } {
  const written: string[] = [];
  return { columns, coloured, live: false, written, write: (text) => written.push(text) };
}

const table: TableText = {
  title: 'Courses',
  head: ['course', 'applications', 'share'],
  rows: [
    ['submitted, partly submitted, declined at once', '3,429', '26.2 %'],
    ['another', '7', '0.1 %'],
  ],
  note: 'A note that is longer than a narrow screen is wide.',
};

test('a table is as wide as its words, with figures to the right', () => {
  assert.equal(tableText(screen(100), table).split('\n'), [
    '',
    'Courses',
    'course                                         applications   share',
    'submitted, partly submitted, declined at once         3,429  26.2 %',
    'another                                                   7   0.1 %',
    'A note that is longer than a narrow screen is wide.',
    '',
  ]);
});

test('a table too wide for the screen is wrapped, and on a very narrow one each row is a list', () => {
  for (const columns of [60, 40, 34]) {
    const lines = tableText(screen(columns), table).split('\n');
    assert.ok(
      lines.every((line) => line.length <= columns),
      lines.join('\n'),
    );
    assert.match(lines[2] ?? '', /^course +applica/);
    assert.match(lines.join(' ').replace(/\s+/g, ' '), /submitted,.*partly.*submitted,.*declined.*at once/);
  }
  assert.match(tableText(screen(12), { ...table, title: 'A title, wrapped' }), 'A title,\nwrapped\n');
  assert.match(tableText(screen(20), table), 'another\n  applications: 7\n  share: 0.1 %\n');
});

test('no text of a cell is lost when it is wrapped', () => {
  const words = 'abcdefghijklmnopqrstuvwxyz 0123456789';
  const text = tableText(screen(30), { title: '', head: ['', 'b'], rows: [[words, 'x']], kind: 'text' });
  assert.is(text.replace(/[^a-z0-9]/g, '').replace(/[bx]/g, ''), words.replace(/[^a-z0-9]/g, '').replace(/[bx]/g, ''));
});

test('colours are for terminals, and NO_COLOR is respected', () => {
  const terminal = { isTTY: true, columns: 80, write: () => true } as unknown as NodeJS.WriteStream;
  const pipe = { isTTY: false, write: () => true } as unknown as NodeJS.WriteStream;
  assert.is(screenOf(terminal, {}).coloured, true);
  assert.is(screenOf(terminal, { NO_COLOR: '1' }).coloured, false);
  assert.is(screenOf(terminal, { NO_COLOR: '' }).coloured, true);
  assert.is(screenOf(terminal, { TERM: 'dumb' }).live, false);
  assert.equal([screenOf(pipe, {}).coloured, screenOf(pipe, {}).live, screenOf(pipe, {}).columns], [false, false, 100]);
  assert.match(tableText(screen(80, true), table), '\u001b[1mCourses\u001b[22m');
});

test('durations show the two units that matter', () => {
  const minute = 60_000;
  assert.equal(
    [0, 400, 41_000, 200_000, 125 * minute, 26 * 60 * minute, 24 * 60 * minute, 90_061_000, undefined].map(duration),
    ['0 s', '0 s', '41 s', '3 min 20 s', '2 h 5 min', '1 d 2 h', '1 d', '1 d 1 h', '–'],
  );
  assert.is(percent(0.5634), '56.3 %');
});

test.run();

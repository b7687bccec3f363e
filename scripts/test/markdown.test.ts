import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { blocksOf } from './markdown.ts';

test('finds blocks with their info, their text and their first line, in lists too', () => {
  const text = ['# T', '```ts', 'a;', '', 'b;', '```', '- item', '  ```sh no-run', '  npm test', '  ```'].join('\n');

  assert.equal(blocksOf(text), [
    { info: 'ts', text: 'a;\n\nb;\n', line: 3, from: undefined },
    { info: 'sh no-run', text: 'npm test\n', line: 9, from: undefined },
  ]);
});

test('takes a shorter fence inside a longer one for text', () => {
  assert.equal(blocksOf('````md\n```ts\nx\n```\n````'), [
    { info: 'md', text: '```ts\nx\n```\n', line: 2, from: undefined },
  ]);
});

test('refuses a block that is never closed', () => {
  assert.throws(() => blocksOf('text\n```ts\nx'), /line 2 is never closed/);
});

test('knows a part of a program by the comment in the line before', () => {
  const text = '<!-- ../snippets/a.ts#first -->\n```ts\nx\n```\n\n```ts\ny\n```';

  assert.equal(
    blocksOf(text).map(({ from }) => from),
    ['../snippets/a.ts#first', undefined],
  );
});

test.run();

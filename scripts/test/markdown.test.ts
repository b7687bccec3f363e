import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { blocksOf, includesOf } from './markdown.ts';

test('finds blocks with their info, their text and their first line, in lists too', () => {
  const text = ['# T', '```ts', 'a;', '', 'b;', '```', '- item', '  ```sh no-run', '  npm test', '  ```'].join('\n');

  assert.equal(blocksOf(text), [
    { info: 'ts', text: 'a;\n\nb;\n', line: 3 },
    { info: 'sh no-run', text: 'npm test\n', line: 9 },
  ]);
});

test('takes a shorter fence inside a longer one for text', () => {
  assert.equal(blocksOf('````md\n```ts\nx\n```\n````'), [{ info: 'md', text: '```ts\nx\n```\n', line: 2 }]);
});

test('refuses a block that is never closed', () => {
  assert.throws(() => blocksOf('text\n```ts\nx'), /line 2 is never closed/);
});

test('finds what a page takes in', () => {
  assert.equal(includesOf('<<< ../snippets/a.ts#first{ts}\ntext\n<<< ../b.ts'), [
    { path: '../snippets/a.ts', region: 'first' },
    { path: '../b.ts', region: undefined },
  ]);
});

test.run();

/** A page that shows pieces says which program they are from, and how it is run. */
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../scripts/test/program.ts';

const guide = path.join(root, 'docs/guide');

for (const page of fs.readdirSync(guide)) {
  const text = fs.readFileSync(path.join(guide, page), 'utf8');
  if (!text.includes('```ts')) continue;
  const programs = new Set([...text.matchAll(/^<!-- \.\.\/snippets\/(\S+)#/gm)].map(([, name]) => name ?? ''));

  test(`${page} names the program of its pieces above the first of them, and links to it`, () => {
    assert.ok(programs.size > 0);
    const top = text.slice(0, text.indexOf('```ts'));
    for (const name of programs) {
      assert.ok(top.includes(`[docs/snippets/${name}](../snippets/${name})`), name);
      assert.ok(top.includes(`\`npm run program -- docs/snippets/${name}\``), name);
      assert.ok(fs.existsSync(path.join(root, 'docs/snippets', name)), name);
    }
  });
}

test.run();

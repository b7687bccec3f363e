import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';

const sources = fileURLToPath(new URL('../src', import.meta.url));

// Nothing that can be asked of SQLite through its driver tells that it compiled a statement anew.
test('no statement is compiled anew for each limit', () => {
  const files = fs.readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const bare = files.filter((name) => /LIMIT\s+[?:@$](?!\{)/.test(fs.readFileSync(path.join(sources, name), 'utf8')));
  assert.ok(files.length > 30);
  assert.deepEqual(bare, []);
});

test.run();

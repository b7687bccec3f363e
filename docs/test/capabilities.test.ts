/** The page that says what the stores can do says what they say of themselves. */
import fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filled, page } from '../capabilities.ts';

test('the table of capabilities in eventstoredb.md is what the stores say', async () => {
  const text = fs.readFileSync(page, 'utf8');
  assert.fixture(text, await filled(text), 'run npm run program -- docs/capabilities.ts');
});

test.run();

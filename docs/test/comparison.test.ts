/** What the comparison says to be held by a test is: each file that it names is there, and has each title that it quotes. */
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../scripts/test/program.ts';

const page = path.join(root, 'docs/guide/comparison.md');
const text = fs.readFileSync(page, 'utf8');
const inPackages = (file: string) => path.join(root, 'packages', file);
const paths = [...text.matchAll(/`((?:core|sqlite|eventstoredb|testing)\/[^`\s]*)`/g)].map(([, file]) => file ?? '');
/** The letters that stand for suites: **C** is `path`. */
const suites = new Map(
  [...text.matchAll(/\*\*(\w)\*\* is\s`([^`]+)`/g)].map(([, letter, file]) => [letter, file ?? '']),
);
/** C: 'title', or `path`, 'title'. A title may hold the other kind of quotation marks. */
const quoted = /(?:\b([A-Z]):|`((?:core|sqlite|eventstoredb|testing)\/[^`\s]+)`,)\s('[^'\n]+'|"[^"\n]+")/g;

test('every path that it names is there', () => {
  assert.ok(paths.length > 30);
  for (const file of paths) assert.ok(fs.existsSync(inPackages(file)), file);
});

test('every title that it quotes is that of a rule or a test in its file', () => {
  const titles = [...text.matchAll(quoted)];
  assert.ok(titles.length > 20);
  for (const [whole, letter, file, title = ''] of titles) {
    const source = fs.readFileSync(inPackages(file ?? suites.get(letter) ?? `no suite ${letter}`), 'utf8');
    assert.ok(source.includes(title), whole);
  }
});

test('every line of the table that says yes of Tidemark is in the table of what holds it', () => {
  const heading = '### Where these lines are held';
  const [compared = '', held = ''] = [text.slice(0, text.indexOf(heading)), text.slice(text.indexOf(heading))];
  const lines = [...compared.matchAll(/^\| ([^|]+) \| (?:\[yes\]|yes\b)/gm)].map(([, line]) => line ?? '');
  assert.ok(lines.length > 15);
  for (const line of lines) assert.ok(held.includes(`\n| ${line} | \``), line);
});

test('every page and heading of this site that it links to is there', () => {
  for (const [, file = '', heading] of text.matchAll(/\]\((?:\.\/([\w-]+\.md))?(?:#([\w-]+))?\)/g)) {
    const target = file === '' ? text : fs.readFileSync(path.join(path.dirname(page), file), 'utf8');
    const headings = [...target.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => slug(title));
    if (heading !== undefined) assert.ok(headings.includes(heading), `${file}#${heading}`);
  }
});

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(/\s+/g, '-');
}

test.run();

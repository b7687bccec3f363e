// The pages show parts of the programs in snippets/, which the tests run. A part stands in the page itself, so that it can be
// read anywhere Markdown is shown, behind a comment that says where it comes from:
//
//   <!-- ../snippets/lending.ts#events -->
//   ```ts
//   …
//   ```
//
//   node docs/includes.mjs           writes the parts into the pages
//   node docs/includes.mjs --check   says which pages differ from the programs, and fails if one does
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const guide = fileURLToPath(new URL('guide', import.meta.url));
const included = /^<!-- (\S+)#([\w-]+) -->\n```ts\n[\s\S]*?^```$/gm;

/** The lines of a region, without the marks of regions within it and without what all of them are indented by. */
function region(file, name) {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const first = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const last = lines.findIndex((line) => line.trim() === `// #endregion ${name}`);
  if (first < 0 || last < first) throw new Error(`${file} has no region '${name}' that ends`);
  const inner = lines.slice(first + 1, last).filter((line) => !/^\s*\/\/ #(end)?region /.test(line));
  const indents = inner.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return inner
    .map((line) => line.slice(indent))
    .join('\n')
    .trim();
}

const check = process.argv.includes('--check');
const stale = [];
for (const name of fs.readdirSync(guide).filter((file) => file.endsWith('.md'))) {
  const page = path.join(guide, name);
  const text = fs.readFileSync(page, 'utf8');
  const filled = text.replace(included, (_, file, part) => {
    return `<!-- ${file}#${part} -->\n\`\`\`ts\n${region(path.resolve(guide, file), part)}\n\`\`\``;
  });
  if (filled === text) continue;
  stale.push(`docs/guide/${name}`);
  if (!check) fs.writeFileSync(page, filled);
}
for (const page of stale)
  console.log(`${page}: ${check ? 'differs from its program; run node docs/includes.mjs' : 'written'}`);
if (check && stale.length > 0) process.exitCode = 1;

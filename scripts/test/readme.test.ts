// timeout: 300s
// Every block of TypeScript in README.md, the packages' own, and docs/ is a complete program: it is type-checked and run.
//   ```ts          is both         ```ts no-run   is only type-checked (it needs a server, say)
// A block behind `<!-- file#region -->` is a part of a program in docs/snippets, and is the same as there.
// Every `npm` command in a block of sh names a script that exists.
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { globSync } from '../glob.mjs';
import { type Block, blocksOf } from './markdown.ts';
import { root, runProgram, runToEnd } from './program.ts';

const pages = [
  ...['README.md', 'CONTRIBUTING.md'].filter((file) => fs.existsSync(path.join(root, file))),
  ...[
    ...globSync(root, ['packages'], /^packages\/[^/]+\/README\.md$/),
    ...globSync(root, ['docs'], /^docs\/(?!api\/|overview\.md$|\.).*\.md$/),
  ].map((file) => path.relative(root, file).replaceAll('\\', '/')),
];
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');

// In docs/, whose package names what the blocks may import, and under a tsconfig that covers them, as decorators need.
const folder = path.join(root, 'docs/.blocks');
const tsconfig = path.join(folder, 'tsconfig.json');
const programs = pages.flatMap((page) =>
  blocksOf(read(page))
    .filter(({ info, from }) => from === undefined && /^(ts|typescript|tsx|js|javascript)\b/.test(info))
    .map((block) => ({
      ...block,
      page,
      file: path.join(folder, `${page.replaceAll(/\W/g, '-')}-line-${block.line}.ts`),
    })),
);
const where = ({ page, line }: Block & { page: string }) => `${page}, line ${line}`;

test.before(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  const compilerOptions = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
  fs.writeFileSync(
    tsconfig,
    JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, include: ['*.ts'] }),
  );
  for (const { file, text } of programs) fs.writeFileSync(file, text);
});
test.after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('README.md has a program that runs', () => {
  assert.ok(programs.some(({ page, info }) => page === 'README.md' && info === 'ts'));
});

test('every block of code is one that is tested', () => {
  for (const program of programs) {
    assert.ok(
      ['ts', 'ts no-run'].includes(program.info),
      `${where(program)}: \`${program.info}\`, not \`ts\` or \`ts no-run\``,
    );
  }
});

test('every program type-checks', async () => {
  if (programs.length === 0) return;
  const { status, output } = await runToEnd([path.join(root, 'node_modules/typescript/bin/tsc'), '-p', tsconfig], {
    cwd: root,
  });

  assert.is(status, 0, output);
});

for (const program of programs.filter(({ info }) => info === 'ts')) {
  test(`${where(program)} runs`, async () => {
    const { status, output } = await runProgram(program.file, tsconfig);

    assert.is(status, 0, output);
  });
}

test('every npm command names a script that exists', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const ofNpm = new Set(['ci', 'create', 'exec', 'install', 'init']);
  for (const page of pages) {
    for (const block of blocksOf(read(page)).filter(({ info }) => /^(sh|bash|shell|console)\b/.test(info))) {
      for (const [command, first, second] of block.text.matchAll(/\bnpm ([\w-]+)(?: ([\w:-]+))?/g)) {
        const script = first === 'run' ? second : first;
        const known = Object.hasOwn(scripts, script ?? '') || (first !== 'run' && ofNpm.has(first ?? ''));
        assert.ok(known, `${page}, in the block of line ${block.line}: no script for \`${command}\``);
      }
    }
  }
});

test('every part of a program that a page shows is the same as in the program', async () => {
  const { status, output } = await runToEnd(['docs/includes.mjs', '--check'], { cwd: root });

  assert.is(status, 0, output);
});

test.run();

// timeout: 180s
// `npm run program`: what is said of a program that cannot be run, and that one with wrong types is not.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root, runToEnd } from './program.ts';

/** In docs/, whose package names what programs may import. */
const folder = fs.mkdtempSync(path.join(root, 'docs/.program-'));
test.after(() => fs.rmSync(folder, { recursive: true }));

function program(file: string, ...args: string[]) {
  const env = { ...process.env, INIT_CWD: folder };
  return runToEnd([path.join(root, 'scripts/run.mjs'), 'program', file, ...args].filter(Boolean), { cwd: root, env });
}

/** Of one that says so first of all when it is run. */
function written(name: string, text: string): string {
  fs.writeFileSync(path.join(folder, name), `console.log('it ran', process.argv[2]);\n${text}`);
  return name;
}

test('runs a program whose types are right, with its arguments, and ends as it ends', async () => {
  const right = written(
    'right.ts',
    "import { memory } from '@tidemark/core';\nprocess.exitCode = memory().description.length;\n",
  );
  const { status, output } = await program(right, 'Ada');
  assert.is(status, 'memory'.length, output);
  assert.match(output, /^it ran Ada$/m);
});

test('does not run one whose types are wrong, or that is no TypeScript, and says where', async () => {
  for (const [name, text, found] of [
    ['wrong.ts', "const amount: number = 'many';\n", /wrong\.ts\(2,7\): error TS2322: /],
    ['broken.ts', 'const amount = ;\n', /broken\.ts\(2,16\): error TS1109: /],
  ] as const) {
    const { status, output } = await program(written(name, text));
    assert.is(status, 1, output);
    assert.match(output, found);
    assert.match(output, `npm run program: ${name} was not run`);
    assert.not.match(output, /it ran|^ {4}at /m);
  }
});

test('says in a sentence what is not a program', async () => {
  fs.writeFileSync(path.join(folder, 'notes.md'), '');
  const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-program-'));
  const outside = path.join(elsewhere, 'outside.ts');
  fs.writeFileSync(outside, "import '@tidemark/core';\n");
  try {
    for (const [name, message] of [
      ['', 'usage: npm run program -- FILE'],
      ['missing.ts', 'npm run program: found no file missing.ts'],
      ['.', 'npm run program: found a folder at ., wanted a TypeScript program.'],
      ['notes.md', 'npm run program: found notes.md, wanted a file whose name ends in .ts.'],
      [outside, `found ${outside} in a folder from where @tidemark/core cannot be imported`],
    ] as const) {
      const { status, output } = await program(name);
      assert.is(status, 2, output);
      assert.is(output.trimEnd().split('\n').length, 1, output);
      assert.match(output, message);
    }
  } finally {
    fs.rmSync(elsewhere, { recursive: true });
  }
});

test.run();

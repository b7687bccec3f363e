import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const restricted = 'lint/style/noRestrictedImports';

function inTree<T>(files: Record<string, string>, use: (tree: string) => T): T {
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-lint-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(tree, name)), { recursive: true });
      fs.writeFileSync(path.join(tree, name), text);
    }
    return use(tree);
  } finally {
    fs.rmSync(tree, { recursive: true });
  }
}

/** What the repository's biome.json says of a tree: `path rule: message`, one line each. */
function lint(files: Record<string, string>): string[] {
  const config = JSON.parse(fs.readFileSync(path.join(root, 'biome.json'), 'utf8'));
  config.vcs.enabled = false; // the tree is no clone
  return inTree({ 'biome.json': JSON.stringify(config), ...files }, (tree) => {
    const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
    const args = [biome, 'lint', '--error-on-warnings', '--reporter=json', '--max-diagnostics=none'];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
    assert.ok(stdout.startsWith('{'), stderr);
    const found: string[] = JSON.parse(stdout).diagnostics.map(
      ({ category, message, location }: { category: string; message: string; location: { path: string } }) =>
        `${location.path} ${category}: ${message}`,
    );
    assert.is(status, found.length > 0 ? 1 : 0);
    return found;
  });
}

const manifest = (name: string, ...dependencies: string[]) =>
  JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '1'])) });

const manifests = {
  'packages/core/package.json': manifest(
    '@tidemark/core',
    'class-validator',
    'reflect-metadata',
    'rxjs',
    '@tidemark/sqlite',
  ),
  'packages/sqlite/package.json': manifest(
    '@tidemark/sqlite',
    '@tidemark/core',
    '@tidemark/testing',
    'class-validator',
  ),
  'packages/eventstoredb/package.json': manifest(
    '@tidemark/eventstoredb',
    '@tidemark/core',
    '@tidemark/sqlite',
    'class-validator',
  ),
  'packages/testing/package.json': manifest(
    '@tidemark/testing',
    '@tidemark/core',
    '@tidemark/sqlite',
    'reflect-metadata',
  ),
  'examples/bank/package.json': manifest('bank', '@tidemark/core', 'reflect-metadata'),
  'benchmarks/package.json': manifest('benchmarks', '@tidemark/core'),
};

/** Every folder of core, and every file beside them, with what it may import. */
const below2 = ['shared', 'event', 'errors'];
const below3 = [...below2, 'store', 'memory'];
const below4 = [...below3, 'application-errors', 'decider', 'aggregate'];
const below5 = [...below4, 'subscription'];
const below6 = [...below5, 'projection', 'reactor', 'process'];
const floors: Record<string, string[]> = {
  shared: [],
  event: ['shared', 'errors'],
  errors: ['shared', 'event'],
  store: below2,
  memory: [...below2, 'store'],
  'application-errors': below2,
  decider: [...below3, 'application-errors'],
  aggregate: [...below3, 'application-errors', 'decider'],
  subscription: below4,
  projection: below5,
  reactor: below5,
  process: below5,
  application: below6,
  index: [...below6, 'application'],
};

const besideFolders = ['errors', 'application-errors', 'index'];
const fileOf = (floor: string) => (besideFolders.includes(floor) ? `${floor}.ts` : `${floor}/it.ts`);
const inCore = (floor: string) => `packages/core/src/${fileOf(floor)}`;
const pathFrom = (from: string, to: string) => `${fileOf(from).includes('/') ? '../' : './'}${fileOf(to)}`;
const importing = (specifiers: string[]) =>
  `${specifiers.map((specifier, i) => `import type { it as it${i} } from '${specifier}';`).join('\n')}
export const it = 1;
export type All = [${specifiers.map((_, i) => `typeof it${i}`).join(', ')}];\n`;

test('lets every floor of core import its own and the lower ones', () => {
  const files: Record<string, string> = {
    ...manifests,
    'packages/core/src/shared/class-metadata.ts': `import 'reflect-metadata';\n`,
    'packages/core/src/aggregate/validation.ts': `import 'class-validator';\nimport '../decider/it.ts';\nimport './it.ts';\n`,
    'packages/core/src/projection/live/it.ts': `import '../it.ts';\nimport '../../shared/it.ts';\nimport '../../subscription/it.ts';\n`,
    'packages/core/test/event/it.test.ts': `import '../../src/index.ts';\nimport '@tidemark/testing';\n`,
    'packages/sqlite/src/it.ts': `import '@tidemark/core';\n`,
    'packages/sqlite/test/crash/it.test.ts': `import '../../src/it.ts';\nimport '@tidemark/testing';\n`,
    'examples/bank/src/main.ts': `import '@tidemark/core';\n`,
  };
  // event and errors.ts may know each other, as long as no two files form a circle
  for (const [floor, lower] of Object.entries(floors))
    files[inCore(floor)] = importing(
      lower.filter((name) => floor !== 'errors' || name !== 'event').map((name) => pathFrom(floor, name)),
    );

  assert.equal(lint(files), []);
});

test('refuses an import of a higher floor, of a sibling, and of core from a floor without a rule', () => {
  const files: Record<string, string> = { ...manifests, 'packages/core/src/new/it.ts': `import '../shared/it.ts';\n` };
  const planted = ['packages/core/src/new/it.ts'];
  for (const [floor, lower] of Object.entries(floors)) {
    files[inCore(floor)] = 'export const it = 1;\n';
    for (const other of Object.keys(floors).filter((name) => name !== floor && !lower.includes(name))) {
      const plant = fileOf(floor).includes('/') ? `packages/core/src/${floor}/to-${other}.ts` : inCore(floor);
      files[plant] =
        plant === inCore(floor)
          ? `${files[plant]}import '${pathFrom(floor, other)}';\n`
          : importing([pathFrom(floor, other)]);
      planted.push(plant);
    }
  }

  const found = lint(files).filter((line) => line.includes(restricted));

  for (const plant of planted)
    assert.ok(
      found.some((line) => line.startsWith(`${plant} `)),
      `${plant} is let through`,
    );
  assert.is(found.length, planted.length, found.join('\n'));
});

const violations: Record<string, { text: string; rule: string; says: string }> = {
  'packages/core/src/event/other-package.ts': {
    text: `import '@tidemark/sqlite';\n`,
    rule: restricted,
    says: 'floor 1',
  },
  'packages/core/src/event/metadata.ts': { text: `import 'reflect-metadata';\n`, rule: restricted, says: 'floor 1' },
  'packages/core/src/shared/class-metadata.ts': {
    text: `import 'class-validator';\n`,
    rule: restricted,
    says: 'floor 0',
  },
  'packages/core/src/aggregate/rules.ts': { text: `import 'class-validator';\n`, rule: restricted, says: 'floor 3' },
  'packages/core/src/aggregate/validation.ts': {
    text: `import 'reflect-metadata';\n`,
    rule: restricted,
    says: 'floor 3',
  },
  'packages/core/src/projection/live/upwards.ts': {
    text: `import '../../application/it.ts';\n`,
    rule: restricted,
    says: 'floor 5',
  },
  'packages/core/src/projection/live/sideways.ts': {
    text: `import '../../reactor/it.ts';\n`,
    rule: restricted,
    says: 'floor 5',
  },
  'packages/core/src/index.ts': { text: `import '@tidemark/sqlite';\n`, rule: restricted, says: 'floor 7' },
  'packages/sqlite/src/sibling.ts': { text: `import '@tidemark/testing';\n`, rule: restricted, says: 'only core' },
  'packages/sqlite/src/validates.ts': { text: `import 'class-validator';\n`, rule: restricted, says: 'core alone' },
  'packages/sqlite/src/relative.ts': {
    text: `import '../../core/src/event/it.ts';\n`,
    rule: restricted,
    says: 'by its name',
  },
  'packages/sqlite/test/relative.ts': {
    text: `import '../../testing/src/it.ts';\n`,
    rule: restricted,
    says: 'by its name',
  },
  'packages/eventstoredb/src/sibling.ts': { text: `import '@tidemark/sqlite';\n`, rule: restricted, says: 'only core' },
  'packages/eventstoredb/src/validates.ts': {
    text: `import 'class-validator';\n`,
    rule: restricted,
    says: 'core alone',
  },
  'packages/eventstoredb/src/relative.ts': {
    text: `import '../../sqlite/src/it.ts';\n`,
    rule: restricted,
    says: 'by its name',
  },
  'packages/sqlite/src/other-relative.ts': {
    text: `import '../../eventstoredb/src/it.ts';\n`,
    rule: restricted,
    says: 'by its name',
  },
  'packages/testing/src/sibling.ts': { text: `import '@tidemark/sqlite';\n`, rule: restricted, says: 'only core' },
  'packages/testing/src/metadata.ts': { text: `import 'reflect-metadata';\n`, rule: restricted, says: 'core alone' },
  'examples/bank/src/relative.ts': {
    text: `import '../../../packages/core/src/index.ts';\n`,
    rule: restricted,
    says: 'by its name',
  },
  'examples/bank/src/metadata.ts': { text: `import 'reflect-metadata';\n`, rule: restricted, says: 'core alone' },
  'benchmarks/src/relative.ts': {
    text: `import '../../packages/core/src/index.ts';\n`,
    rule: restricted,
    says: 'by its name',
  },
  'packages/core/src/store/undeclared.ts': {
    text: `import 'left-pad';\n`,
    rule: 'lint/correctness/noUndeclaredDependencies',
    says: 'left-pad',
  },
  'packages/core/src/store/hen.ts': {
    text: `import type { Egg } from './egg.ts';\nexport type Hen = { from: Egg };\n`,
    rule: 'lint/suspicious/noImportCycles',
    says: 'cycle',
  },
  'packages/core/src/store/egg.ts': {
    text: `import type { Hen } from './hen.ts';\nexport type Egg = { of: Hen };\n`,
    rule: 'lint/suspicious/noImportCycles',
    says: 'cycle',
  },
  'packages/core/src/store/floating.ts': {
    text: `async function save(): Promise<void> {}\nexport function run() {\n  save();\n}\n`,
    rule: 'lint/nursery/noFloatingPromises',
    says: 'promise',
  },
};

test('refuses each planted violation with its own rule', () => {
  const found = lint({
    ...manifests,
    ...Object.fromEntries(Object.entries(violations).map(([name, { text }]) => [name, text])),
  });

  for (const [name, { rule, says }] of Object.entries(violations)) {
    const lines = found.filter((line) => line.startsWith(`${name} ${rule}: `));
    assert.is(lines.length, 1, `${name} is let through:\n${found.join('\n')}`);
    assert.match(lines[0] ?? '', new RegExp(says, 'i'));
  }
});

test('refuses a file of more than 300 lines, a source or a test', () => {
  const lines = (count: number) => 'x;\n'.repeat(count);
  const check = (files: Record<string, string>) =>
    inTree(files, (tree) =>
      spawnSync(process.execPath, ['scripts/check-sizes.mjs', tree], { cwd: root, encoding: 'utf8' }),
    );

  const long = check({
    'packages/core/src/event/long.ts': lines(301),
    'examples/bank/src/long.ts': lines(302),
    'packages/core/test/long.test.ts': lines(303),
    'scripts/long.mjs': lines(304),
  });
  assert.is(long.status, 1);
  assert.match(long.stdout, /packages\/core\/src\/event\/long\.ts has 301 lines/);
  assert.match(long.stdout, /examples\/bank\/src\/long\.ts has 302 lines/);
  assert.match(long.stdout, /packages\/core\/test\/long\.test\.ts has 303 lines/);
  assert.match(long.stdout, /scripts\/long\.mjs has 304 lines/);

  const short = check({
    'packages/core/src/event/short.ts': lines(300),
    'packages/core/test/short.test.ts': lines(300),
    'packages/core/dist/long.mjs': lines(999),
    'README.md': lines(999),
  });
  assert.is(short.status, 0, short.stdout);
});

test.run();

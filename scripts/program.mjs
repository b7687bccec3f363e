// `npm run program -- FILE`: type-checks a TypeScript program, and runs it from the sources when its types are right.
import fs from 'node:fs';
import path from 'node:path';

const usage =
  'usage: npm run program -- FILE [argument …]     FILE is a TypeScript program; its types are checked first';

/**
 * Resolves to the exit code: 2 where there is no such program, the compiler's where its types are not right, and
 * otherwise the program's own. `tool` runs the compiler, `source` a TypeScript file.
 */
export async function runProgram([name, ...args], { root, tool, source }) {
  if (name === undefined) return refused(usage);
  // npm runs scripts in the repository's root; paths are meant from where it was called.
  const file = path.resolve(process.env.INIT_CWD ?? process.cwd(), name);
  const problem = problemOf(file, name);
  if (problem !== undefined) return refused(`npm run program: ${problem}`);
  const checked = await typeCheck(file, root, tool);
  if (checked !== 0)
    return refused(`npm run program: ${name} was not run, as the compiler found what stands above.`, checked);
  return source(file, args);
}

function refused(message, code = 2) {
  console.error(message);
  return code;
}

/** What is wrong with it before it is looked into, in a sentence. */
function problemOf(file, name) {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return `found no file ${name} (looked for ${file}), wanted a TypeScript program.`;
  if (!found.isFile()) return `found a folder at ${name}, wanted a TypeScript program.`;
  if (!/\.[cm]?tsx?$/.test(name)) return `found ${name}, wanted a file whose name ends in .ts.`;
  if (!/['"]@tidemark\//.test(fs.readFileSync(file, 'utf8')) || knowsTidemark(path.dirname(file))) return undefined;
  return (
    `found ${name} in a folder from where @tidemark/core cannot be imported, ` +
    'wanted it inside a package that depends on it, such as docs/snippets.'
  );
}

function knowsTidemark(folder) {
  if (fs.existsSync(path.join(folder, 'node_modules/@tidemark'))) return true;
  const parent = path.dirname(folder);
  return parent !== folder && knowsTidemark(parent);
}

/** As strictly as everything here, but that what a program does not use yet is no fault. */
async function typeCheck(file, root, tool) {
  const folder = path.join(root, 'node_modules/.program');
  const project = path.join(folder, `tsconfig-${process.pid}.json`);
  fs.mkdirSync(folder, { recursive: true });
  const compilerOptions = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
  fs.writeFileSync(project, JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, files: [file] }));
  try {
    return await tool('typescript/bin/tsc', '-p', project, '--pretty', 'false');
  } finally {
    fs.rmSync(project);
  }
}

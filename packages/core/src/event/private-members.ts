import type { AnyClass } from '../shared/class-metadata.ts';

const textsAndComments = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
const notStatic = '(?<![.]|static\\s*(?:async\\s*)?\\*?\\s*(?:[gs]et\\s*)?)';

/** What esbuild and tsc make of them in classes with decorators, or for older targets: `__privateAdd(this, _name)`. */
const lowered = /\b__(?:privateAdd|classPrivateField[GS]et)\(\s*this,\s*_([\w$]+)/g;

/**
 * The `#private` members that a class, or one that it extends, declares and uses: of its instances, not the static ones.
 *
 * Best effort, as the language hides them: they are looked for in the source text that `Function.prototype.toString`
 * gives. Not found are those that a compiler turned into a `WeakMap` and a minifier made unrecognisable, that are used in
 * nothing but template texts, or that are of a class made by `bind` or behind a `Proxy`. The scenarios of
 * `@tidemark/testing` find what storing really loses.
 */
export function privateMembersOf(target: AnyClass, which: 'fields' | 'all', below?: AnyClass): readonly string[] {
  const found = new Set<string>();
  for (let each: unknown = target; typeof each === 'function' && each !== below; each = Object.getPrototypeOf(each)) {
    const source = Function.prototype.toString.call(each).replace(textsAndComments, ' ');
    for (const name of [...declaredIn(source, which), ...loweredIn(source, which)]) found.add(name);
  }
  return [...found];
}

/** A name counts where it is used as well: then it is hardly a part of a regular expression. */
function declaredIn(source: string, which: 'fields' | 'all'): readonly string[] {
  const used = new Set([...source.matchAll(/\.\s*(#[\w$]+)/g)].map(([, name]) => name as string));
  const end = which === 'fields' ? '=(?!=)|[;}]|\\n' : '=(?!=)|[;}(]|\\n';
  return [...used].filter((name) =>
    new RegExp(`${notStatic}${name.replaceAll('$', '\\$')}[ \\t]*(?:${end})`).test(source),
  );
}

/** Of private methods nothing but the class's name is left, followed by `_instances`. */
function loweredIn(source: string, which: 'fields' | 'all'): readonly string[] {
  const names = [...source.matchAll(lowered)].map(([, name]) => name as string);
  return names
    .filter((name) => which === 'all' || !name.endsWith('_instances'))
    .map((name) => (name.endsWith('_instances') ? 'a #private method' : `#${name}`));
}

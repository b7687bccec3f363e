/** The decorators of this library are of the older kind, as those of class-validator are. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { describe } from '../shared/describe.ts';

/** Refuses a class decorator that is not called as one, with `ArgumentError`, or in the standard way, with `ConfigurationError`. */
export function assertOnClass(decorator: string, target: unknown, second: unknown): void {
  assertLegacy(decorator, second);
  if (typeof target !== 'function') throw new ArgumentError(decorator, `it on ${describe(target)}`, 'it on a class');
}

/** As `assertOnClass`, of a field or a method that instances have: a static one is given the class, not its prototype. */
export function assertOnMember(decorator: string, target: unknown, name: unknown): void {
  assertLegacy(decorator, name);
  if (typeof target === 'object' && target !== null && typeof name === 'string') return;
  const found =
    typeof target === 'function' ? `it on a static member of ${describe(target)}` : `it on ${describe(target)}`;
  throw new ArgumentError(decorator, found, 'it on a member of instances, with a name');
}

/** The standard way gives a context object as the second argument; compilers do so where `experimentalDecorators` is off. */
function assertLegacy(decorator: string, second: unknown): void {
  if (typeof second !== 'object' || second === null || !('kind' in second)) return;
  throw new ConfigurationError(
    `${decorator} was called as a standard decorator: set "experimentalDecorators": true under compilerOptions in ` +
      'tsconfig.json, and see that whatever compiles this file (tsc, esbuild, tsx, swc) reads that file',
    [decorator],
  );
}

import { ConfigurationError } from '../errors.ts';

/**
 * Refuses a decorator that was called the standard way, with a context object as its second argument, as compilers do
 * where `experimentalDecorators` is off: `ConfigurationError`. The decorators of this library are of the older kind, as
 * those of class-validator are.
 */
export function assertLegacy(decorator: string, second: unknown): void {
  if (typeof second !== 'object' || second === null || !('kind' in second)) return;
  throw new ConfigurationError(
    `${decorator} was called as a standard decorator: set "experimentalDecorators": true under compilerOptions in ` +
      'tsconfig.json, and see that whatever compiles this file (tsc, esbuild, tsx, swc) reads that file',
    [decorator],
  );
}

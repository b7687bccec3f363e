/** RFC 6901 pointers: the way from the root of a JSON text to a value in it. */

export function pointerTo(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The keys on the way; `undefined` for text that is no pointer. Two pointers never give the same way. */
export function pathOf(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return undefined;
  const path = pointer.slice(1).split('/');
  if (!pointer.includes('~')) return path;
  return /~(?![01])/.test(pointer) ? undefined : path.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

import { className } from '../shared/describe.ts';

/**
 * The keys of a state and the kinds of their values, as text: it changes when a field is added, renamed, removed or
 * becomes of another kind, and is the same under every compiler and minifier, which source text is not.
 */
export function shapeOf(state: unknown): string {
  if (typeof state !== 'object' || state === null) return kindOf(state);
  return Object.keys(state)
    .sort()
    .map((key) => `${key}:${kindOf((state as Record<string, unknown>)[key])}`)
    .join(',');
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  if (Array.isArray(value)) return 'array';
  // A class's own name may be minified; those of the language are not.
  return [Date, Map, Set, Uint8Array].some((known) => value instanceof known) ? className(value) : 'object';
}

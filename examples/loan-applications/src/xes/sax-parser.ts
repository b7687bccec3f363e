/**
 * saxes, as far as it is used here. Typed by hand, and loaded so that the compiler does not look: its declarations
 * (6.0.0, the latest) hand an unconstrained `O` on to types that want `SaxesOptions`, which compiles with
 * `skipLibCheck` only.
 */
import { createRequire } from 'node:module';

interface Handlers {
  error: (error: Error) => void;
  opentagstart: (tag: { readonly name: string }) => void;
  opentag: (tag: { readonly name: string; readonly attributes: Readonly<Record<string, string>> }) => void;
  text: (text: string) => void;
  closetag: (tag: { readonly name: string }) => void;
}

/** Strict: whatever is not well-formed goes to the error handler. */
export interface SaxParser {
  /** Of the next character, from 1. */
  readonly line: number;
  /** Of the next character, from 0. */
  readonly column: number;
  on<N extends keyof Handlers>(name: N, handler: Handlers[N]): void;
  write(text: string): void;
  close(): void;
}

const require = createRequire(import.meta.url);
const saxes = require('saxes') as { readonly SaxesParser: new () => SaxParser };

export function createSaxParser(): SaxParser {
  return new saxes.SaxesParser();
}

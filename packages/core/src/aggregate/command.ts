declare const result: unique symbol;

/**
 * Extend it to say what a command's handler returns: `class Reserve extends Command<SeatNumber>` types the handler and
 * `receipt.returned`. The type is all there is to it: a command without a result need not extend anything.
 */
export abstract class Command<Result = void> {
  // In a function: a plain optional property would lose `undefined` where exactOptionalPropertyTypes is off.
  declare readonly [result]?: () => Result;
}

/** What a command's handler returns. */
// biome-ignore lint/suspicious/noConfusingVoidType: it is a handler's return type, and becomes one at its use.
export type ResultOf<C> = typeof result extends keyof C ? (C extends Command<infer R> ? R : void) : void;

/** The fields of a command, without its methods. */
export type Fields<C> = {
  [K in keyof C as K extends typeof result ? never : C[K] extends (...args: never[]) => unknown ? never : K]: C[K];
};

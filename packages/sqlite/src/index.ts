/** The public surface of `@tidemark/sqlite`. */

export type { Durability, FaultPoint, Faults, FaultyTransaction, SqliteOptions } from './options.ts';
export { sqlite } from './sqlite.ts';

/** Filters of `$all`, by event type or by stream name: a regular expression, or prefixes of which one has to fit. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './log-record.ts';
import { handlerFailed } from './service-error.ts';

export interface Filter {
  matches(record: LogRecord): boolean;
  /** After how many records, matching or not, the position is told. */
  readonly checkpointInterval: number;
}

/** How many records the server looks at in one go where the client does not say. */
const usualWindow = 32;

/** The server's are .NET's regular expressions; these are JavaScript's, so keep to what both read alike. */
export function filterOf(options: ReadReq.Options.FilterOptions): Filter {
  const byStream = options.getStreamIdentifier();
  const expression = byStream ?? options.getEventType();
  if (expression === undefined) throw handlerFailed();
  const text = byStream ? (record: LogRecord) => record.stream : (record: LogRecord) => record.type;
  const window = options.hasMax() ? options.getMax() : usualWindow;
  const matches = matcherOf(expression.getRegex(), expression.getPrefixList());
  return {
    matches: (record) => matches(text(record)),
    checkpointInterval: options.getCheckpointintervalmultiplier() * window,
  };
}

function matcherOf(regex: string, prefixes: readonly string[]): (text: string) => boolean {
  if (regex === '') return (text) => prefixes.some((prefix) => text.startsWith(prefix));
  const expression = new RegExp(regex);
  return (text) => expression.test(text);
}

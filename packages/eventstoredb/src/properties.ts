/**
 * Metadata as properties of protocol v2, and back. The client takes properties that are text, and the server gives them
 * as one JSON object to whoever reads, with `$schema.name` and `$schema.format` beside them, which it adds to each event.
 * So what is text stays as it is, for other tools to see. Where metadata holds anything else, `$json` has all of it.
 */
import { objectIn } from './json-object.ts';

const whole = '$json';
const schemaName = '$schema.name';
const schemaFormat = '$schema.format';
/** Names that are not the application's there; `__proto__` is none of its own for the client. */
const taken: readonly string[] = [whole, schemaName, schemaFormat, '__proto__'];

/** `metadata` is the JSON text of an object. */
export function propertiesOf(metadata: string): Readonly<Record<string, string>> {
  const entries = Object.entries(objectIn(metadata));
  const texts = entries.filter((entry): entry is [string, string] => isPlain(entry));
  return Object.fromEntries(texts.length === entries.length ? texts : [...texts, [whole, metadata]]);
}

/** A lone surrogate has no bytes in a protobuf message. */
function isPlain([name, value]: readonly [string, unknown]): boolean {
  return typeof value === 'string' && !taken.includes(name) && isWellFormed(name) && isWellFormed(value);
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** What was given, of the metadata that the server shows of an event of this type; `null` where there was none. */
export function metadataIn(text: string | null, type: string): string | null {
  // Only the server's own mark tells properties from metadata, in which anything may stand.
  if (text === null || !text.includes(schemaName)) return text;
  const { [whole]: all, [schemaName]: name, [schemaFormat]: format, ...others } = objectIn(text);
  if (name !== type) return text;
  if (typeof all === 'string') return all;
  const rest = format === undefined || format === 'Json' ? others : { ...others, [schemaFormat]: format };
  return Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
}

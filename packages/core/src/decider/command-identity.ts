/**
 * What makes a command the same when it comes again: what handles it, and its fields. No name of a class is in it, as
 * minifiers change those from build to build. Fields are compared in their written form, whatever the order of keys; one
 * that is `undefined` counts as missing, and one that the codec cannot write (a function, a stream) is not compared.
 */
import { SerializationError } from '../errors.ts';
import { Encoder } from '../event/encoder.ts';
import { derivedId } from '../shared/ids.ts';
import type { AggregateType } from './aggregate-type.ts';

/** As the command log keeps it: `category.handler#fingerprint`. */
export function identityOf(type: AggregateType, command: object): string {
  return `${type.category}.${type.handlerOf(command)}#${fingerprint(command)}`;
}

/** What handles the command of such an identity. */
export function handlerIn(identity: string): string {
  const end = identity.lastIndexOf('#');
  return end === -1 ? identity : identity.slice(0, end);
}

export type CommandNames = Pick<AggregateType, 'category' | 'commands' | 'handlerOf'>;

/** For a message: what only says its place has the name of the command's class beside it, where this aggregate has that command. */
export function shownHandler(handler: string, { category, commands, handlerOf }: CommandNames): string {
  if (!handler.endsWith(']')) return handler;
  const command = commands.find((each) => `${category}.${handlerOf(each.prototype as object)}` === handler);
  return command === undefined ? handler : `${handler} (${command.name})`;
}

function fingerprint(command: object): string {
  const fields = Object.entries(command).filter(([, value]) => value !== undefined);
  return derivedId(JSON.stringify(fields.sort(byKey).map(([key, value]) => [key, written(value)])));
}

function written(value: unknown): unknown {
  // Instances of all classes: a command's fields are compared, and never restored.
  const encoder = new Encoder('a field', { nameOf: () => '' });
  try {
    return [inOrder(JSON.parse(encoder.text(value, false))), inOrder(encoder.types ?? {})];
  } catch (error) {
    if (error instanceof SerializationError) return [];
    throw error;
  }
}

/** Parsed JSON, its keys in order. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  return Object.entries(value)
    .sort(byKey)
    .map(([key, item]) => [key, inOrder(item)]);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

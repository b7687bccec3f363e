/** Which aggregate handles which command. */

import { UnknownCommandError } from '../application-errors.ts';
import type { AggregateType, CommandClass } from '../decider/aggregate-type.ts';
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { describe } from '../shared/describe.ts';

export class CommandBus {
  readonly #types = new Map<CommandClass, AggregateType>();

  /** Throws `ConfigurationError` for two aggregates that handle one command, or share a category. */
  constructor(types: readonly AggregateType[]) {
    const categories = new Map<string, AggregateType>();
    for (const type of types) {
      const other = categories.get(type.category);
      if (other !== undefined) throw twice(`two aggregates have the category '${type.category}'`, other, type);
      categories.set(type.category, type);
      for (const command of type.commands) {
        const rival = this.#types.get(command);
        if (rival !== undefined) throw twice(`two aggregates handle ${command.name}`, rival, type);
        this.#types.set(command, type);
      }
    }
  }

  /** Throws `UnknownCommandError`, or `ArgumentError` for what is no class. */
  typeOf(command: CommandClass): AggregateType {
    if (typeof command !== 'function') throw new ArgumentError('command', describe(command), 'a command class');
    const type = this.#types.get(command);
    if (type === undefined)
      throw new UnknownCommandError(
        command.name,
        [...this.#types.keys()].map(({ name }) => name),
      );
    return type;
  }
}

/** A command with these fields. Throws `ArgumentError` for fields that are no plain object or would replace its class. */
export function buildCommand<C extends object>(command: CommandClass<C>, fields: unknown): C {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new ArgumentError(`fields of ${command.name}`, describe(fields), 'an object');
  }
  const replacing = ['__proto__', 'constructor'].find((key) => Object.hasOwn(fields, key));
  if (replacing !== undefined) {
    throw new ArgumentError(`fields of ${command.name}`, `a key named ${replacing}`, 'the fields of the class');
  }
  return Object.assign(new command(), fields);
}

function twice(message: string, first: AggregateType, second: AggregateType): ConfigurationError {
  return new ConfigurationError(`${message}: ${first.name} and ${second.name}`, [first.name, second.name]);
}

/** `@Value` classes: what events, documents and states may hold besides plain data. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { type AnyClass, ClassNote } from '../shared/class-metadata.ts';
import { describe } from '../shared/describe.ts';

const valueNote = new ClassNote<string>('value');

/**
 * Names a class whose instances may stand inside events, documents and states: `@Value('Money')`. Give the class to
 * `createApplication({ values: [Money] })`. Instances are restored by prototype and own properties; the constructor is
 * not called, and `#private` fields cannot be restored.
 */
export function Value(name: string): (target: AnyClass) => void {
  if (typeof name !== 'string' || name === '') throw new ArgumentError('@Value name', describe(name), 'a name');
  return (target) => valueNote.set(target, name);
}

/** The `@Value` classes that an application registered. */
export class ValueClasses {
  readonly #byName = new Map<string, AnyClass>();

  /** Throws `ConfigurationError` for a class without `@Value`, and for two classes of one name. */
  constructor(classes: readonly AnyClass[]) {
    for (const target of classes) {
      const name = valueNote.own(target);
      if (name === undefined)
        throw new ConfigurationError(`${target.name} is in \`values\` but has no @Value`, [target.name]);
      const other = this.#byName.get(name);
      if (other !== undefined && other !== target) {
        throw new ConfigurationError(`two classes are @Value('${name}'): ${other.name} and ${target.name}`, [
          other.name,
          target.name,
        ]);
      }
      this.#byName.set(name, target);
    }
  }

  /** The registered name of the instance's very class. */
  nameOf(instance: object): string | undefined {
    const prototype: unknown = Object.getPrototypeOf(instance);
    if (typeof prototype !== 'object' || prototype === null) return undefined;
    const target = prototype.constructor as AnyClass;
    const name = typeof target === 'function' ? valueNote.own(target) : undefined;
    return name !== undefined && this.#byName.get(name) === target ? name : undefined;
  }

  prototypeOf(name: string): object | undefined {
    return this.#byName.get(name)?.prototype as object | undefined;
  }
}

export const noValues = new ValueClasses([]);

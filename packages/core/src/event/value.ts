/** `@Value` classes: what events, documents and states may hold besides plain data. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { type AnyClass, ClassNote } from '../shared/class-metadata.ts';
import { describe } from '../shared/describe.ts';
import { assertArray } from './argument-kinds.ts';
import { assertOnClass } from './legacy-decorators.ts';
import { privateMembersOf } from './private-members.ts';

const valueNote = new ClassNote<string>('value');

/**
 * Names a class whose instances may stand inside events, documents and states: `@Value('Money')`. Give the class to
 * `createApplication({ values: [Money] })`. Instances are restored by prototype and own properties; the constructor is
 * not called. A class with `#private` members is refused at the start, where they are found: compilers may hide them.
 */
export function Value(name: string): (target: AnyClass) => void {
  if (typeof name !== 'string' || name === '') throw new ArgumentError('@Value name', describe(name), 'a name');
  return (target, context?: unknown) => {
    assertOnClass('@Value', target, context);
    valueNote.set(target, name);
  };
}

/** What to do so that an instance can be stored; `undefined` where its class is none of the user's. Never throws. */
export function howToRegister(instance: object): string | undefined {
  try {
    const prototype: unknown = Object.getPrototypeOf(instance);
    const target = (prototype as object).constructor as AnyClass;
    // URL is not native code, and another realm's Object not the global one.
    const isBuiltIn = (globalThis as Record<string, unknown>)[target.name] === target || isNative(target);
    if (target.prototype !== prototype || target.name === '' || isBuiltIn) return undefined;
    const declared =
      valueNote.own(target) === undefined ? `give ${target.name} @Value('Name') and name it` : `name ${target.name}`;
    return `${declared} in \`values\``;
  } catch {
    // A Proxy, or a getter that throws.
    return undefined;
  }
}

function isNative(target: AnyClass): boolean {
  return /\[native code\]\s*\}$/.test(Function.prototype.toString.call(target));
}

/** The `@Value` classes that an application registered. */
export class ValueClasses {
  readonly #byName = new Map<string, AnyClass>();
  readonly #names = new Map<unknown, string>();

  /** Throws `ConfigurationError` for what is no class with `@Value` or cannot be restored, and for two of one name; `ArgumentError` for no list. */
  constructor(classes: readonly AnyClass[]) {
    assertArray('values', classes);
    for (const target of classes) {
      const name = valueNote.own(target);
      if (name === undefined) {
        const found = typeof target === 'function' ? target.name : describe(target);
        throw new ConfigurationError(`${found} is in \`values\` but has no @Value`, [found]);
      }
      assertRestorable(target);
      const other = this.#byName.get(name);
      if (other !== undefined && other !== target) {
        throw new ConfigurationError(`two classes are @Value('${name}'): ${other.name} and ${target.name}`, [
          other.name,
          target.name,
        ]);
      }
      this.#byName.set(name, target);
      this.#names.set(target.prototype, name);
    }
  }

  /** The registered name of the instance's very class. */
  nameOf(instance: object): string | undefined {
    return this.#names.get(Object.getPrototypeOf(instance));
  }

  prototypeOf(name: string): object | undefined {
    return this.#byName.get(name)?.prototype as object | undefined;
  }
}

export const noValues = new ValueClasses([]);

const builtIns: readonly AnyClass[] = [
  Array,
  ArrayBuffer,
  Date,
  Error,
  Function,
  Map,
  Promise,
  RegExp,
  Set,
  Object.getPrototypeOf(Uint8Array) as AnyClass,
];

/**
 * Refuses a class whose instances are not made up of their properties: one that extends a built-in class, or has `#private`
 * members (best effort, see `privateMembersOf`).
 */
export function assertRestorable(target: AnyClass): void {
  const [member] = privateMembersOf(target, 'all');
  if (member !== undefined) {
    const advice = 'make it an ordinary field or method, marked `private` where you like';
    throw new ConfigurationError(`${target.name} has ${member}, which cannot be stored and restored: ${advice}`, [
      target.name,
    ]);
  }
  const builtIn = builtIns.find((base) => target.prototype instanceof base);
  if (builtIn === undefined) return;
  throw new ConfigurationError(
    `${target.name} extends ${builtIn.name}, which cannot be restored from properties: hold one in a field instead`,
    [target.name],
  );
}

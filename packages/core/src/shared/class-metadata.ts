/** What decorators leave on classes. The only user of reflect-metadata: one place decides how it is stored. */
import 'reflect-metadata';

export type AnyClass<T = object> = abstract new (...args: never[]) => T;

/** One kind of note that decorators leave on classes; each kind has a symbol of its own. */
export class ClassNote<T> {
  readonly #key: symbol;

  constructor(description: string) {
    // Registered, so that two copies of this package in one tree read each other's decorators.
    this.#key = Symbol.for(`tidemark:${description}`);
  }

  /** What was noted on this very class; a base class's note does not count, and what is no class has none. */
  own(target: AnyClass): T | undefined {
    if (typeof target !== 'function') return undefined;
    return Reflect.getOwnMetadata(this.#key, target) as T | undefined;
  }

  set(target: AnyClass, value: T): void {
    Reflect.defineMetadata(this.#key, value, target);
  }

  /** From the most general base class down to `target`. */
  inherited(target: AnyClass): readonly T[] {
    const notes: T[] = [];
    for (let current: unknown = target; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
      const note = this.own(current as AnyClass);
      if (note !== undefined) notes.unshift(note);
    }
    return notes;
  }
}

/** Notes that pile up: one list for each class. */
export class ClassNotes<T> {
  readonly #lists: ClassNote<readonly T[]>;

  constructor(description: string) {
    this.#lists = new ClassNote(description);
  }

  add(target: AnyClass, value: T): void {
    this.#lists.set(target, [...(this.#lists.own(target) ?? []), value]);
  }

  /** Base classes' first. */
  all(target: AnyClass): readonly T[] {
    return this.#lists.inherited(target).flat();
  }
}

/** The class whose prototype a method decorator was given. */
export function classOf(prototype: object): AnyClass {
  return prototype.constructor as AnyClass;
}

/** Validation by class-validator's decorators: its only user, and loaded only when the first application starts. */
import { ValidationError, type ValidationFailure } from '../errors.ts';
import type { AnyClass } from '../shared/class-metadata.ts';
import { className } from '../shared/describe.ts';

type Library = typeof import('class-validator');
type LibraryError = import('class-validator').ValidationError;

/** Refuses an instance that breaks its class's rules, with every failing field: `ValidationError`. No promise where it has none. */
export type Validate = (subject: object) => Promise<void> | undefined;

export async function createValidate(): Promise<Validate> {
  const { validate, getMetadataStorage } = await import('class-validator');
  const ruled = new WeakMap<object, boolean>();
  return (subject) => {
    const target = subject.constructor;
    let hasRules = ruled.get(target);
    if (hasRules === undefined) {
      hasRules = rulesOf(getMetadataStorage(), target as unknown as AnyClass);
      ruled.set(target, hasRules);
    }
    if (!hasRules) return undefined;
    return validate(subject, options).then((errors) => {
      if (errors.length > 0) throw refusalOf(subject, errors);
    });
  };
}

/** `forbidUnknownValues` would refuse nested plain objects, and classes without a rule of their own. */
const options = { forbidUnknownValues: false };

function refusalOf(subject: object, errors: readonly LibraryError[]): ValidationError {
  return new ValidationError(
    className(subject),
    errors.flatMap((error) => failures(error, '')),
  );
}

function rulesOf(storage: ReturnType<Library['getMetadataStorage']>, target: AnyClass): boolean {
  return storage.getTargetValidationMetadatas(target as unknown as () => void, '', false, false).length > 0;
}

function failures(
  { property, constraints = {}, children = [], value }: LibraryError,
  parent: string,
): readonly ValidationFailure[] {
  const field = parent === '' ? property : `${parent}.${property}`;
  const own = Object.entries(constraints).map(([rule, message]) => ({
    field,
    rule,
    message: `${field}: ${message}`,
    value: value as unknown,
  }));
  return [...own, ...children.flatMap((child) => failures(child, field))];
}

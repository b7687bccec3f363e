/**
 * `target` with some of its members replaced. A Proxy and not an object of its own: whatever else there is stays within
 * reach, and methods that are not replaced go on to see the object itself as `this`.
 */
export function replacing<T extends object>(target: T, members: Partial<T> = {}): T {
  return new Proxy(target, {
    get(object, key) {
      if (Object.hasOwn(members, key)) return members[key as keyof T];
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}

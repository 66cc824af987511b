/**
 * Returns an object that all copies of fc-traced in the process share: a bundle and a dependency, two versions that npm
 * installed, or the modules before and after `jest.resetModules()`. The first copy creates it.
 *
 * A `name` belongs to one shape. A version that changes the shape uses another name, so that both versions keep their
 * own object. The same applies to a global object that rejects the property, or whose property is of another kind.
 */
export function sharedByCopies<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`fc-traced ${name}`);
  const own = create();
  const shared: unknown = Reflect.get(globalThis, key);
  if (kindOf(shared) === kindOf(own)) return shared as T;
  if (shared === undefined) Reflect.defineProperty(globalThis, key, { value: own, configurable: true, writable: true });
  return own;
}

/** Not by class: `globalThis` can be shared by realms. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

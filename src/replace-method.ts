import { readField } from './safe-access';

/** Any function that is called as a method. */
export type Method = (this: unknown, ...args: never[]) => unknown;

/** Returns `replacement` with the name and length of `original`. */
export function likeMethod<F extends Method>(replacement: F, { name, length }: Method): F {
  return Object.defineProperties(replacement, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
}

/**
 * Puts `replacement` on an object itself, with the name and length of `original`. It is as enumerable as the object's own
 * property was, and not enumerable where the method was inherited. Returns whether the object accepted it: a frozen one does not.
 */
export function replaceMethod(object: object, key: PropertyKey, original: unknown, replacement: Method): boolean {
  const value = typeof original === 'function' ? likeMethod(replacement, original as Method) : replacement;
  const enumerable = Reflect.getOwnPropertyDescriptor(object, key)?.enumerable ?? false;
  return Reflect.defineProperty(object, key, { value, enumerable, configurable: true, writable: true });
}

/** Makes a wrapper look like the function that it calls: prototype and own properties, name and length included. */
export function copyIdentity(original: object, wrapper: object): void {
  Object.setPrototypeOf(wrapper, Object.getPrototypeOf(original) as object);
  Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(original));
}

/** Like {@link replaceMethod}; throws where the object does not accept it. */
export function shadowMethod(object: object, key: PropertyKey, original: unknown, replacement: Method): void {
  if (!replaceMethod(object, key, original, replacement)) {
    throw new TypeError(`the object does not accept the method ${String(key)}`);
  }
}

/** Replaces the method that an object has or inherits by what `make` returns for it. Returns whether that was possible. */
export function wrapMethodOf(
  object: object,
  key: PropertyKey,
  make: (original: (this: unknown, ...args: unknown[]) => unknown) => Method,
): boolean {
  const original = readField(object, key);
  if (typeof original !== 'function') return false;
  return replaceMethod(object, key, original, make(original as (this: unknown, ...args: unknown[]) => unknown));
}

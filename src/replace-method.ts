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
 * Defines `replacement` as an own property of an object, with the name and length of `original`. The property is
 * enumerable only if the object already had an enumerable own property under this key. Returns false if the object
 * rejects it, for example because it is frozen.
 */
export function replaceMethod(object: object, key: PropertyKey, original: unknown, replacement: Method): boolean {
  const value = typeof original === 'function' ? likeMethod(replacement, original as Method) : replacement;
  const enumerable = Reflect.getOwnPropertyDescriptor(object, key)?.enumerable ?? false;
  return Reflect.defineProperty(object, key, { value, enumerable, configurable: true, writable: true });
}

/**
 * Copies the prototype and the own properties, name and length included, of a function to its wrapper. Those in `others`
 * replace properties of the function.
 */
export function copyIdentity(original: object, wrapper: object, others?: PropertyDescriptorMap): void {
  Object.setPrototypeOf(wrapper, Object.getPrototypeOf(original) as object);
  const properties = Object.getOwnPropertyDescriptors(original);
  Object.defineProperties(wrapper, others === undefined ? properties : { ...properties, ...others });
}

/** Like {@link replaceMethod}, but throws a `TypeError` if the object rejects the method. */
export function shadowMethod(object: object, key: PropertyKey, original: unknown, replacement: Method): void {
  if (!replaceMethod(object, key, original, replacement)) {
    throw new TypeError(`the object rejects the method ${String(key)}`);
  }
}

/**
 * Replaces an own or inherited method of an object with the one that `make` returns. Returns false if that is not
 * possible.
 */
export function wrapMethodOf(
  object: object,
  key: PropertyKey,
  make: (original: (this: unknown, ...args: unknown[]) => unknown) => Method,
): boolean {
  const original = readField(object, key);
  if (typeof original !== 'function') return false;
  return replaceMethod(object, key, original, make(original as (this: unknown, ...args: unknown[]) => unknown));
}

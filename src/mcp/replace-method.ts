import type { Method } from './sdk-shapes';

/**
 * Puts a method in front of an object's own, on that object alone, under the same name and with the same length, where nobody who lists
 * its members sees it. Says whether that was possible: there may be no such method, and a frozen object takes none.
 */
export function replaceMethod(target: object, key: string, make: (original: Method) => Method): boolean {
  const original: unknown = Reflect.get(target, key);
  if (typeof original !== 'function') return false;
  const value = make(original as Method);
  Object.defineProperty(value, 'name', { value: original.name, configurable: true });
  Object.defineProperty(value, 'length', { value: original.length, configurable: true });
  const enumerable = Reflect.getOwnPropertyDescriptor(target, key)?.enumerable ?? false;
  return Reflect.defineProperty(target, key, { value, enumerable, configurable: true, writable: true });
}

import type { Method } from './sdk-shapes';

/**
 * Puts a method in front of an object's own, on that object alone, where nobody who lists its members sees it. Says whether that
 * was possible: there may be no such method, and a frozen object takes none.
 */
export function replaceMethod(target: object, key: string, make: (original: Method) => Method): boolean {
  const original: unknown = Reflect.get(target, key);
  if (typeof original !== 'function') return false;
  const enumerable = Reflect.getOwnPropertyDescriptor(target, key)?.enumerable ?? false;
  return Reflect.defineProperty(target, key, { value: make(original as Method), enumerable, configurable: true, writable: true });
}

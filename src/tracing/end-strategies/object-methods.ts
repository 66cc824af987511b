import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { isBuiltIn } from '../../realms';
import { replaceMethod } from '../../replace-method';

/** Any method of a followed object. */
export type ObjectMethod = (this: unknown, ...args: unknown[]) => unknown;

/** Calls `original`, the method that was replaced, and returns what the caller gets. */
export type Intercept = (original: ObjectMethod, self: unknown, args: unknown[]) => unknown;

/** Methods that say something about an object, or register listeners; they neither start nor continue its work. */
const SKIPPED = new Set<PropertyKey>([
  'constructor',
  'toString',
  'toLocaleString',
  'toJSON',
  'valueOf',
  'inspect',
  'on',
  'once',
  'off',
  'emit',
  'addListener',
  'removeListener',
  'removeAllListeners',
  'addEventListener',
  'removeEventListener',
  'dispatchEvent',
]);

const SYMBOLS = new Set<PropertyKey>([
  Symbol.asyncIterator,
  Symbol.iterator,
  // Not in all supported versions of Node.js.
  ...['asyncDispose', 'dispose'].map((name) => Reflect.get(Symbol, name) as symbol).filter((symbol) => symbol),
]);

/**
 * The own methods of instances that are followed. Any other own function can be a callback or a listener, which the
 * class compares by identity.
 */
const OWN = new Set(
  (
    'then catch finally exec execute run go send submit end start all get first one next read hasNext json text ' +
    'buffer arrayBuffer blob bytes formData body stream pipe cursor iterate toArray toPromise promise forEach each ' +
    'asCallback nodeify requestTransaction cancel abort destroy close return throw'
  ).split(' '),
);

function isMethodName(key: PropertyKey): boolean {
  return typeof key === 'symbol' ? SYMBOLS.has(key) : !SKIPPED.has(key) && !String(key).startsWith('_');
}

/** Whether a function is a class or constructor, such as a model that a query refers to. */
function isConstructor(fn: object): boolean {
  const prototype: unknown = Reflect.getOwnPropertyDescriptor(fn, 'prototype')?.value;
  if (typeof prototype !== 'object' || prototype === null || types.isGeneratorFunction(fn)) return false;
  return (
    Object.keys(fn).length > 0 ||
    Reflect.ownKeys(prototype).some((key) => key !== 'constructor') ||
    Reflect.getPrototypeOf(Reflect.getPrototypeOf(prototype) ?? {}) !== null ||
    /^class\b/.test(Function.prototype.toString.call(fn))
  );
}

/** Whether a prototype belongs to the platform: `Object`, `Promise`, `EventEmitter` and their like. */
function isOfPlatform(prototype: object): boolean {
  if (prototype === EventEmitter.prototype) return true;
  const owner: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof owner === 'function' && isBuiltIn(owner);
}

/** Returns the methods of an object that can start or continue its work, by name. Runs no getters. */
export function methodsOf(object: object): ReadonlyMap<PropertyKey, ObjectMethod> {
  const methods = new Map<PropertyKey, ObjectMethod>();
  const seen = new Set<PropertyKey>();
  const above = Reflect.getPrototypeOf(object);
  const isLiteral = above === null || isOfPlatform(above);
  for (
    let owner: object | null = object;
    owner !== null && (owner === object || !isOfPlatform(owner));
    owner = Reflect.getPrototypeOf(owner)
  ) {
    for (const key of Reflect.ownKeys(owner)) {
      if (seen.has(key) || !isMethodName(key)) continue;
      seen.add(key);
      if (owner === object && !isLiteral && typeof key === 'string' && !OWN.has(key)) continue;
      const method: unknown = Reflect.getOwnPropertyDescriptor(owner, key)?.value;
      if (typeof method === 'function' && !isConstructor(method)) methods.set(key, method as ObjectMethod);
    }
  }
  return methods;
}

/**
 * Replaces a method of an object. A copy of the object that got the replacement as well, as when its own properties are
 * copied to another promise, behaves as if it had got the original. Returns false if the object rejects it.
 */
export function interceptMethod(object: object, key: PropertyKey, method: ObjectMethod, intercept: Intercept): boolean {
  const isOwn = Object.hasOwn(object, key);
  const replacement: ObjectMethod = function (...args) {
    return intercept(this === object || isOwn ? method : originalFor(this), this, args);
  };
  const originalFor = (self: unknown): ObjectMethod => {
    if (typeof self !== 'object' || self === null || Object.prototype.isPrototypeOf.call(object, self)) return method;
    const inherited: unknown = Reflect.get(Reflect.getPrototypeOf(self) ?? {}, key, self);
    return typeof inherited === 'function' ? (inherited as ObjectMethod) : method;
  };
  return replaceMethod(object, key, method, replacement);
}

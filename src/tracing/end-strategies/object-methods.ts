import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { isBuiltIn } from '../../realms';
import { likeMethod } from '../../replace-method';
import { isAsyncFunction } from './promise';

/** Any method of a followed object. */
export type ObjectMethod = (this: unknown, ...args: unknown[]) => unknown;

/** Calls `original`, the method that was replaced, and returns what the caller gets. */
export type Intercept = (key: PropertyKey, original: ObjectMethod, self: unknown, args: unknown[]) => unknown;

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
const OWN = new Set<PropertyKey>(
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

function methodAt(owner: object, key: PropertyKey): ObjectMethod | undefined {
  const method: unknown = Reflect.getOwnPropertyDescriptor(owner, key)?.value;
  return typeof method === 'function' && !isConstructor(method) ? (method as ObjectMethod) : undefined;
}

/** Interceptions of native async functions. */
const asyncWrappers = new WeakSet<object>();

/** Whether each call of a method returns a new promise. */
export function returnsNewPromise(method: object): boolean {
  return isAsyncFunction(method) || asyncWrappers.has(method);
}

/** What intercepts the methods of an object. */
const intercepts = new WeakMap<object, Intercept>();

/** Returns the function that replaces a method. */
function replacementOf(key: PropertyKey, method: ObjectMethod, isOwn: boolean): ObjectMethod {
  return likeMethod(function (this: unknown, ...args: unknown[]): unknown {
    const intercept = typeof this === 'object' && this !== null ? intercepts.get(this) : undefined;
    const original = isOwn ? method : (inheritedBy(this, key) ?? method);
    return intercept === undefined ? Reflect.apply(original, this, args) : intercept(key, original, this, args);
  }, method);
}

/**
 * Looked up at each call, because the program can replace a method of a prototype, and because the own properties of an
 * object can be copied to another one, which then calls the methods of its own class.
 */
function inheritedBy(self: unknown, key: PropertyKey): ObjectMethod | undefined {
  if (typeof self !== 'object' || self === null) return undefined;
  for (let owner = Reflect.getPrototypeOf(self); owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    // An object that inherits from an intercepted one has its replacement in between.
    if (intercepts.has(owner)) continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (typeof descriptor?.value === 'function') return descriptor.value as ObjectMethod;
  }
  return undefined;
}

/**
 * Whether a method returns nothing but the object itself, as most methods of a query builder do, so that no work can
 * continue in what it returns. They are told by their source, once per class: replacing all methods takes long.
 */
function isBuilderMethod(method: object): boolean {
  if (types.isAsyncFunction(method) || types.isGeneratorFunction(method) || isBuiltIn(method)) return false;
  const source = Function.prototype.toString.call(method);
  const returned = source.match(/\breturn\b[^;}]*/g) ?? [];
  return (
    !source.includes('=>') && returned.every((statement) => /^return(?:\s+(?:this|self|_this))?\s*$/.test(statement))
  );
}

/** The replacements of the methods that all objects with a prototype inherit. */
const inherited = new WeakMap<object, PropertyDescriptorMap>();

function inheritedMethods(prototype: object): PropertyDescriptorMap {
  const known = inherited.get(prototype);
  if (known !== undefined) return known;
  const replacements: PropertyDescriptorMap = {};
  for (
    let owner: object | null = prototype;
    owner !== null && !isOfPlatform(owner);
    owner = Reflect.getPrototypeOf(owner)
  ) {
    for (const key of Reflect.ownKeys(owner)) {
      if (Object.hasOwn(replacements, key) || !isMethodName(key)) continue;
      const method = methodAt(owner, key);
      if (method === undefined || (!OWN.has(key) && isBuilderMethod(method))) continue;
      const value = replacementOf(key, method, false);
      replacements[key] = { value, enumerable: false, configurable: true, writable: true };
    }
  }
  inherited.set(prototype, replacements);
  return replacements;
}

/**
 * Intercepts the methods of an object that can start or continue its work. Runs no getters. Throws a `TypeError` if the
 * object rejects that, for example because it is frozen.
 */
export function interceptMethods(object: object, intercept: Intercept): void {
  const inner = intercepts.get(object);
  if (inner !== undefined) {
    intercepts.set(object, (key, original, self, args) => {
      const withInner: ObjectMethod = function (...values) {
        return inner(key, original, this, values);
      };
      if (isAsyncFunction(original)) asyncWrappers.add(withInner);
      return intercept(key, withInner, self, args);
    });
    return;
  }
  const prototype = Reflect.getPrototypeOf(object);
  const isLiteral = prototype === null || isOfPlatform(prototype);
  const own: PropertyDescriptorMap = {};
  for (const key of Reflect.ownKeys(object)) {
    if (!isMethodName(key) || (!isLiteral && typeof key === 'string' && !OWN.has(key))) continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    const method = methodAt(object, key);
    if (method === undefined || (descriptor?.configurable !== true && descriptor?.writable !== true)) continue;
    own[key] = { ...descriptor, value: replacementOf(key, method, true) };
  }
  const ofClass = prototype === null || isLiteral ? {} : inheritedMethods(prototype);
  if (Reflect.ownKeys(own).length + Reflect.ownKeys(ofClass).length === 0) {
    throw new TypeError('the object rejects other methods');
  }
  defineMissing(object, ofClass);
  Object.defineProperties(object, own);
  intercepts.set(object, intercept);
}

/** Defines the properties that an object does not have itself. */
function defineMissing(object: object, properties: PropertyDescriptorMap): void {
  const isClash = Reflect.ownKeys(object).some((key) => Object.hasOwn(properties, key));
  if (!isClash) return void Object.defineProperties(object, properties);
  for (const key of Reflect.ownKeys(properties)) {
    if (!Object.hasOwn(object, key)) Object.defineProperty(object, key, properties[key]!);
  }
}

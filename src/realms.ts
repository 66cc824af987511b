import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { dataProperty, readField } from './safe-access';

// A value may come from another realm, such as a `vm` context or the environment of a test, or from a polyfill. Its
// class is then not the global one, and `instanceof` is false. These functions recognize it by internal slots where
// Node.js can read them, else by its tag or its members.

/** Returns whether a value is an error of any realm, a `DOMException` included. */
export function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error || hasTag(value, 'DOMException');
  } catch {
    return false; // A revoked proxy.
  }
}

/** Returns whether an error is an instance of a class, or of the same built-in class of another realm. */
// oxlint-disable-next-line typescript/no-explicit-any -- a class of errors may take anything
export function isInstance(error: unknown, errorClass: abstract new (...args: any[]) => unknown): boolean {
  if (error instanceof errorClass) return true;
  if (!isObject(error) || !isBuiltIn(errorClass)) return false;
  for (let owner: object | null = error; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const own: unknown = Reflect.getOwnPropertyDescriptor(owner, 'constructor')?.value;
    if (typeof own === 'function' && own.name === errorClass.name && isBuiltIn(own)) return true;
  }
  return false;
}

const NATIVE_CODE = /\{\s*\[native code\]\s*\}\s*$/;

/** Returns whether a function is built in, as the constructors of a realm are. So are bound functions. */
export function isBuiltIn(fn: object): boolean {
  return NATIVE_CODE.test(Function.prototype.toString.call(fn));
}

/** Returns the bytes of a typed array, `DataView` or (shared) `ArrayBuffer` without copying them, else `undefined`. */
export function bytesIn(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return types.isAnyArrayBuffer(value) ? new Uint8Array(value) : undefined;
}

/** Returns whether a value has this `Symbol.toStringTag`. Runs no getter. */
export function hasTag(value: unknown, tag: string): boolean {
  return isObject(value) && dataProperty(value, Symbol.toStringTag) === tag;
}

/** Returns whether a value is an `AbortSignal` of any realm or of a polyfill. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  return (
    isObject(value) &&
    typeof dataProperty(value, 'addEventListener') === 'function' &&
    typeof readField(value, 'aborted') === 'boolean'
  );
}

/** Returns whether a value is a `ReadableStream` of any realm or of a polyfill. */
export function isReadableStream(value: unknown): value is ReadableStream {
  return (
    isObject(value) &&
    typeof dataProperty(value, 'getReader') === 'function' &&
    typeof dataProperty(value, 'tee') === 'function'
  );
}

/** Returns whether a value is a `WritableStream` of any realm or of a polyfill. */
export function isWritableStream(value: unknown): value is WritableStream {
  return isObject(value) && typeof dataProperty(value, 'getWriter') === 'function';
}

/** Returns whether a value is an event emitter of Node.js, or one with the same members, of any realm. */
export function isEventEmitter(value: unknown): value is EventEmitter {
  return (
    isObject(value) &&
    (value instanceof EventEmitter ||
      ['on', 'once', 'emit', 'removeListener', 'listenerCount'].every(
        (key) => typeof dataProperty(value, key) === 'function',
      ))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Lets the process end while a timer is active, and returns the timer. Timers of a browser environment are numbers. */
export function unref<T>(timer: T): T {
  (timer as Partial<NodeJS.Timeout>).unref?.();
  return timer;
}

import { types } from 'node:util';
import { isBuiltIn } from '../../realms';
import { dataProperty } from '../../safe-access';
import type { TracedCall } from './end-strategy';

const nativeThen = Reflect.get(Promise.prototype, 'then') as Promise<unknown>['then'];

/**
 * Native promises of any realm. A promise that overrides `then`, such as a lazy query, is not supported here, because
 * calling that `then` would start its work.
 *
 * The promise of an async function is new. Its caller gets a derived promise that settles in the same way, so that
 * Node.js still reports an unhandled rejection. Any other promise may be shared, so its caller gets the same object.
 */
export const promiseEndStrategy = {
  supports: (value: object): value is Promise<unknown> => types.isPromise(value) && hasNativeThen(value),
  follow(promise: Promise<unknown>, call: TracedCall): Promise<unknown> {
    return followPromise(promise, call, call.isFresh);
  },
};

/** Ends a call with a promise. If the promise is fresh, its caller gets a derived promise. */
export function followPromise(
  promise: Promise<unknown>,
  call: Pick<TracedCall, 'settled' | 'fail'>,
  isFresh: boolean,
): Promise<unknown> {
  if (!isFresh) {
    void nativeThen.call(
      promise,
      (result) => void call.settled(result),
      (error: unknown) => call.fail(error),
    );
    return promise;
  }
  return nativeThen.call(
    promise,
    (result) => call.settled(result),
    (error: unknown) => {
      call.fail(error);
      throw error;
    },
  );
}

function hasNativeThen(promise: Promise<unknown>): boolean {
  // `await` does not call a `then` of its own of a promise whose class is that of the platform.
  if (Object.hasOwn(promise, 'then')) {
    const promiseClass = dataProperty(promise, 'constructor');
    return typeof promiseClass === 'function' && isBuiltIn(promiseClass);
  }
  if (Reflect.get(promise, 'then') === nativeThen) return true;
  // The Promise.prototype of another realm inherits directly from an Object.prototype; that of a subclass does not.
  const above = Reflect.getPrototypeOf(Reflect.getPrototypeOf(promise) ?? promise);
  return above !== null && Reflect.getPrototypeOf(above) === null;
}

/** Whether a value has a `then`, without running a getter. */
export function hasThen(value: object): boolean {
  return typeof dataProperty(value, 'then') === 'function';
}

/** Whether a function is a native async function. `isAsyncFunction` of Node.js is also true for async generators. */
export function isAsyncFunction(fn: object): boolean {
  return types.isAsyncFunction(fn) && !types.isGeneratorFunction(fn);
}

import { types } from 'node:util';
import type { Lifetime } from './end-strategy';

const nativeThen: unknown = Reflect.get(Promise.prototype, 'then');

/**
 * Native promises, of any realm. A promise with a `then` of its own (a lazy query, say) is none of these: to call that
 * `then` would start its work.
 *
 * An async function's promise is new, so the caller gets one that settles alike, and a rejection that nobody handles is
 * still reported by Node. Any other promise may be shared: the caller gets that very object.
 */
export const promiseLifetime: Lifetime<Promise<unknown>> = {
  supports: (value): value is Promise<unknown> => types.isPromise(value) && hasNativeThen(value),
  follow(promise, call) {
    if (!call.isFresh) {
      promise.then(
        (result) => void call.settled(result),
        (error: unknown) => call.fail(error),
      );
      return promise;
    }
    return promise.then(
      (result) => call.settled(result),
      (error: unknown) => {
        call.fail(error);
        throw error;
      },
    );
  },
};

function hasNativeThen(promise: Promise<unknown>): boolean {
  if (Object.hasOwn(promise, 'then')) return false;
  if (Reflect.get(promise, 'then') === nativeThen) return true;
  // Another realm's Promise.prototype stands right below that realm's Object.prototype; a subclass with a `then` of its own lower.
  const above = Reflect.getPrototypeOf(Reflect.getPrototypeOf(promise) ?? promise);
  return above !== null && Reflect.getPrototypeOf(above) === null;
}

import type { Context } from '@opentelemetry/api';
import { types } from 'node:util';
import { shadowMethod } from '../../replace-method';
import { dataProperty } from '../../safe-access';
import { activeContext, callIn } from '../context/active-context';
import type { EndStrategy } from './end-strategy';

const nativeThen: unknown = Reflect.get(Promise.prototype, 'then');

/**
 * Native promises, of any realm. A promise with a `then` of its own (a lazy query, say) is none of these: to call that
 * `then` would start its work.
 *
 * An async function's promise is new, so the caller gets one that settles alike, and a rejection that nobody handles is
 * still reported by Node. Any other promise may be shared: the caller gets that very object.
 */
export const promiseEndStrategy: EndStrategy<Promise<unknown>> = {
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

type Then = (...args: unknown[]) => unknown;

/** A reaction as the awaiting code gave it, run in that code's context, after the end was said. */
function reaction(
  given: unknown,
  caller: Context,
  say: (value: unknown) => void,
  otherwise: (value: unknown) => unknown,
): (...values: unknown[]) => unknown {
  return (...values) => {
    say(values[0]);
    return typeof given === 'function'
      ? callIn(caller, given as (...values: unknown[]) => unknown, undefined, values)
      : otherwise(values[0]);
  };
}

/**
 * Objects with a `then` of their own, such as query builders: their work starts when they are awaited. The object is the
 * method's own, nothing runs early, and what it runs when awaited runs inside the span, which ends when that settles.
 */
export const thenableEndStrategy: EndStrategy<PromiseLike<unknown>> = {
  supports: (value): value is PromiseLike<unknown> => typeof dataProperty(value, 'then') === 'function',
  follow(thenable, call) {
    const then = Reflect.get(thenable, 'then') as Then;
    shadowMethod(thenable, 'then', then, function (this: unknown, ...args: unknown[]) {
      const [onFulfilled, onRejected, ...more] = args;
      // A `then` that is given something else, a schema say, is none of a promise: it is left to itself.
      if (
        ![onFulfilled, onRejected].every(
          (given) => given === undefined || given === null || typeof given === 'function',
        )
      ) {
        return Reflect.apply(then, this, args);
      }
      const caller = activeContext();
      const fulfilled = reaction(
        onFulfilled,
        caller,
        (value) => call.succeed(value),
        (value) => value,
      );
      const rejected = reaction(
        onRejected,
        caller,
        (error) => call.fail(error),
        (error) => {
          throw error;
        },
      );
      return call.run(then, this, [fulfilled, rejected, ...more]);
    });
    return thenable;
  },
};

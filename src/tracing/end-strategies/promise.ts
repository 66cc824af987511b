import type { Context } from '@opentelemetry/api';
import { types } from 'node:util';
import { shadowMethod } from '../../replace-method';
import { dataProperty } from '../../safe-access';
import { activeContext, callIn } from '../context/active-context';
import type { EndStrategy } from './end-strategy';

const nativeThen: unknown = Reflect.get(Promise.prototype, 'then');

/**
 * Native promises of any realm. A promise that overrides `then`, such as a lazy query, is not supported here, because
 * calling that `then` would start its work.
 *
 * The promise of an async function is new. Its caller gets a derived promise that settles in the same way, so that
 * Node.js still reports an unhandled rejection. Any other promise may be shared, so its caller gets the same object.
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
  // The Promise.prototype of another realm inherits directly from an Object.prototype; that of a subclass does not.
  const above = Reflect.getPrototypeOf(Reflect.getPrototypeOf(promise) ?? promise);
  return above !== null && Reflect.getPrototypeOf(above) === null;
}

type Then = (...args: unknown[]) => unknown;

/** Returns a reaction that ends the call and then runs the original callback in the context of the awaiting code. */
function reaction(
  callback: unknown,
  caller: Context,
  endCall: (value: unknown) => void,
  withoutCallback: (value: unknown) => unknown,
): (...values: unknown[]) => unknown {
  return (...values) => {
    endCall(values[0]);
    return typeof callback === 'function'
      ? callIn(caller, callback as (...values: unknown[]) => unknown, undefined, values)
      : withoutCallback(values[0]);
  };
}

/**
 * Objects with their own `then`, such as query builders, whose work starts when they are awaited. The caller gets the
 * same object, and nothing is started early. The work runs with the span active, and the span ends when it settles.
 */
export const thenableEndStrategy: EndStrategy<PromiseLike<unknown>> = {
  supports: (value): value is PromiseLike<unknown> => typeof dataProperty(value, 'then') === 'function',
  follow(thenable, call) {
    const then = Reflect.get(thenable, 'then') as Then;
    shadowMethod(thenable, 'then', then, function (this: unknown, ...args: unknown[]) {
      const [onFulfilled, onRejected, ...more] = args;
      // With other arguments, such as a schema, it is not the `then` of a promise.
      if (
        ![onFulfilled, onRejected].every(
          (callback) => callback === undefined || callback === null || typeof callback === 'function',
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

import { replaceMethod } from '../../replace-method';
import { activeContext, callIn } from '../context/active-context';
import type { ObjectMethod } from './object-methods';

type Callback = (...values: unknown[]) => unknown;

/** What observes the outcome of a thenable. */
export interface OutcomeObserver {
  /** Calls the `then` of the thenable. */
  run(then: ObjectMethod, self: unknown, args: unknown[]): unknown;
  /** Receives the value. Returns the value that the awaiting code gets. */
  fulfilled(value: unknown): unknown;
  rejected(error: unknown): void;
}

/** Whether these are the arguments of the `then` of a promise. With a schema, for example, it is another method. */
export function isThenCall([onFulfilled, onRejected]: readonly unknown[]): boolean {
  return [onFulfilled, onRejected].every(
    (callback) => callback === undefined || callback === null || typeof callback === 'function',
  );
}

/** Calls a `then` and observes its outcome first. The callbacks run in the context of the awaiting code. */
export function callThen(then: ObjectMethod, self: unknown, args: unknown[], observer: OutcomeObserver): unknown {
  const [onFulfilled, onRejected, ...more] = args;
  const caller = activeContext();
  const fulfilled = (...values: unknown[]): unknown => {
    const value = observer.fulfilled(values[0]);
    return typeof onFulfilled === 'function'
      ? callIn(caller, onFulfilled as Callback, undefined, values.length < 2 ? [value] : [value, ...values.slice(1)])
      : value;
  };
  const rejected = (...reasons: unknown[]): unknown => {
    observer.rejected(reasons[0]);
    if (typeof onRejected === 'function') return callIn(caller, onRejected as Callback, undefined, reasons);
    throw reasons[0];
  };
  return observer.run(then, self, [fulfilled, rejected, ...more]);
}

/** Observes the outcome of a thenable when it is awaited. Starts nothing. Does nothing if its `then` is read-only. */
export function observeThenable(thenable: object, observer: OutcomeObserver): void {
  const then = Reflect.get(thenable, 'then') as ObjectMethod;
  replaceMethod(thenable, 'then', then, function (this: unknown, ...args: unknown[]) {
    return isThenCall(args) ? callThen(then, this, args, observer) : Reflect.apply(then, this, args);
  });
}

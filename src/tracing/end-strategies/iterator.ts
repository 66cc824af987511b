import { types } from 'node:util';
import { isBuiltIn } from '../../realms';
import { shadowMethod } from '../../replace-method';
import { dataProperty } from '../../safe-access';
import type { EndStrategy, TracedCall } from './end-strategy';
import { followPromise, hasThen, promiseEndStrategy } from './promise';

type Step = (...args: unknown[]) => unknown;
type IteratorLike = Iterator<unknown> | AsyncIterator<unknown>;

const RETURNS_ITSELF = /\breturn\s+(?:this|self|_this)\s*[;}]|=>\s*this\b/;

/** Returns the methods with which an object is iterated. */
function iterationMethods(value: object): object[] {
  return [Symbol.asyncIterator, Symbol.iterator]
    .map((key) => dataProperty(value, key))
    .filter((method) => typeof method === 'function');
}

/**
 * Returns whether a value has the methods of an iterator: `next`, and one that iterates it. That alone does not show
 * that it follows the protocol: `next` of a database cursor gives documents.
 */
export function isIterable(value: object): boolean {
  return typeof dataProperty(value, 'next') === 'function' && iterationMethods(value).length > 0;
}

/**
 * Returns whether a value is an iterator: a generator, or an object that iterates itself. This is read from the source
 * of its method, because calling that could start an iteration.
 */
export function isIterator(value: object): value is IteratorLike & object {
  if (types.isGeneratorObject(value)) return true;
  if (!isIterable(value)) return false;
  return iterationMethods(value).some(
    (method) => isBuiltIn(method) || RETURNS_ITSELF.test(Function.prototype.toString.call(method)),
  );
}

/** Members that only cursors have. Built-in iterators have `toArray`, `forEach` and `reduce` as well. */
const OF_CURSORS = ['hasNext', 'tryNext', 'rewind', 'nextObject', 'nextBatch', 'nextv'];

function isFunction(value: object, key: PropertyKey): boolean {
  return typeof dataProperty(value, key) === 'function';
}

/** Returns whether a value is a cursor of a database, and not an iterator. */
export function isCursor(value: object): value is object {
  if (isIterator(value)) return false;
  if (isFunction(value, 'next')) return isIterable(value) || OF_CURSORS.some((key) => isFunction(value, key));
  // The cursor of pg: a query that is submitted, and read in batches.
  return ['read', 'close', 'submit'].every((key) => isFunction(value, key));
}

/** An iteration that belongs to a call. */
interface Iteration {
  readonly call: TracedCall;
  readonly onItem: ((item: unknown) => void) | undefined;
  /** Whether a step is running. */
  isRunning: boolean;
}

/** Ends the call if the result of a step is the end of the iteration. */
function watch(result: unknown, { call, onItem }: Iteration, isReturn: boolean): void {
  if (typeof result !== 'object' || result === null) return;
  if (Reflect.get(result, 'done') !== true) return onItem?.(Reflect.get(result, 'value'));
  // A consumer that stops early calls `return()`. On a finished generator, the call has ended and this does nothing.
  if (isReturn) call.cancel();
  else call.succeed(Reflect.get(result, 'value'));
}

/**
 * Observes the result of a step, which can be a promise. If only the caller of the step holds that, a derived promise
 * replaces it. Returns what the caller gets.
 */
export function observeStep(
  result: unknown,
  settled: (value: unknown) => void,
  call: TracedCall,
  isFresh = true,
): unknown {
  if (typeof result !== 'object' || result === null || (!types.isPromise(result) && !hasThen(result))) {
    settled(result);
    return result;
  }
  if (promiseEndStrategy.supports(result)) {
    const observed = {
      settled(value: unknown): unknown {
        settled(value);
        return value;
      },
      fail: (error: unknown): void => call.fail(error),
    };
    return followPromise(result, observed, isFresh);
  }
  const { observeThenable } = require('./thenable') as typeof import('./thenable');
  observeThenable(result, {
    run: (then, self, args) => call.run(then, self, args),
    fulfilled(value) {
      settled(value);
      return value;
    },
    rejected: (error) => call.fail(error),
  });
  return result;
}

function traceStep(iterator: object, key: 'next' | 'return' | 'throw', iteration: Iteration): void {
  const { call } = iteration;
  const step = dataProperty(iterator, key) as Step | undefined;
  if (typeof step !== 'function') return;
  const isReturn = key === 'return';
  const isGenerator = types.isGeneratorObject(iterator);
  shadowMethod(iterator, key, step, function (this: unknown, ...args: unknown[]) {
    let result: unknown;
    const isReentrant = iteration.isRunning;
    iteration.isRunning = true;
    try {
      result = call.run(step, this, args);
    } catch (error) {
      // A generator rejects a step that it makes on itself while it runs, and continues.
      if (!(isReentrant && isGenerator)) call.fail(error);
      throw error;
    } finally {
      iteration.isRunning = isReentrant;
    }
    if (isGenerator && !types.isPromise(result)) {
      watch(result, iteration, isReturn);
      return result;
    }
    return observeStep(result, (settled) => watch(settled, iteration, isReturn), call);
  });
}

/**
 * Synchronous and asynchronous generators and iterators. The caller gets the same object. Each step runs with the span
 * active; the code of the consumer does not. The span ends when the iteration ends, when the consumer stops early
 * (cancelled), or at an error.
 */
export const iteratorEndStrategy: EndStrategy<IteratorLike & object> = {
  supports: isIterator,
  follow: (iterator, call) => followIterator(iterator, call),
};

/** Ends a call with an iterator and returns the iterator. `onItem` is called with each item. */
export function followIterator<T extends object>(iterator: T, call: TracedCall, onItem?: (item: unknown) => void): T {
  const iteration: Iteration = { call, onItem, isRunning: false };
  for (const key of ['next', 'return', 'throw'] as const) traceStep(iterator, key, iteration);
  return iterator;
}

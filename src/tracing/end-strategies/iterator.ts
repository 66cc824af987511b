import { types } from 'node:util';
import { shadowMethod } from '../../replace-method';
import { dataProperty } from '../../safe-access';
import type { EndStrategy, TracedCall } from './end-strategy';

type Step = (...args: unknown[]) => unknown;
type IteratorLike = Iterator<unknown> | AsyncIterator<unknown>;

function isIterator(value: object): value is IteratorLike & object {
  if (types.isGeneratorObject(value)) return true;
  const isIterable =
    typeof dataProperty(value, Symbol.iterator) === 'function' ||
    typeof dataProperty(value, Symbol.asyncIterator) === 'function';
  return isIterable && typeof dataProperty(value, 'next') === 'function';
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
    if (!types.isPromise(result)) {
      watch(result, iteration, isReturn);
      return result;
    }
    // Only the caller holds the promise of a step, so a derived promise may replace it.
    return result.then(
      (settled) => {
        watch(settled, iteration, isReturn);
        return settled;
      },
      (error: unknown) => {
        call.fail(error);
        throw error;
      },
    );
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

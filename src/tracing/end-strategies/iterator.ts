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

/** A call with who wants to see the items. */
interface Iteration {
  readonly call: TracedCall;
  readonly seen: ((item: unknown) => void) | undefined;
  /** Whether a step is under way. */
  isRunning: boolean;
}

/** Ends the call where a step says that the iteration is over. */
function watch(result: unknown, { call, seen }: Iteration, isReturn: boolean): void {
  if (typeof result !== 'object' || result === null) return;
  if (Reflect.get(result, 'done') !== true) return seen?.(Reflect.get(result, 'value'));
  // `return()` is how a consumer leaves early; a generator that was over already has ended its span before.
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
      // A generator that is stepped from within refuses that step, and goes on.
      if (!(isReentrant && isGenerator)) call.fail(error);
      throw error;
    } finally {
      iteration.isRunning = isReentrant;
    }
    if (!types.isPromise(result)) {
      watch(result, iteration, isReturn);
      return result;
    }
    // A step's promise is new, like that of an async function.
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
 * Generators and iterators, sync and async: the very object, each step run inside the span and nothing of it leaking into
 * the consumer. The span ends with the iteration: at its end, at `break` (cancelled), at an error.
 */
export const iteratorEndStrategy: EndStrategy<IteratorLike & object> = {
  supports: isIterator,
  follow: (iterator, call) => followIterator(iterator, call),
};

/** Follows an iterator; `seen` is shown each item on its way to the consumer. */
export function followIterator<T extends object>(iterator: T, call: TracedCall, seen?: (item: unknown) => void): T {
  const iteration: Iteration = { call, seen, isRunning: false };
  for (const key of ['next', 'return', 'throw'] as const) traceStep(iterator, key, iteration);
  return iterator;
}

import { types } from 'node:util';
import { readField } from '../../safe-access';
import type { FollowedCall } from './followed-call';
import { followIterator, observeStep } from './iterator';
import { interceptMethods, returnsNewPromise } from './object-methods';
import type { ObjectMethod } from './object-methods';

/** Methods that give the next item, batch or answer of a cursor. */
const STEPS = new Set<PropertyKey>(['next', 'tryNext', 'hasNext', 'nextObject', 'nextv', 'nextBatch', 'read', 'fetch']);
/** Methods that read a cursor to its end. */
const READERS = new Set<PropertyKey>([
  'toArray',
  'forEach',
  'each',
  'eachAsync',
  'all',
  'readAll',
  'collect',
  'reduce',
]);
/** Methods that close a cursor. */
const CLOSERS = new Set<PropertyKey>([
  ...['close', 'destroy', 'end', 'return', 'kill'],
  ...['asyncDispose', 'dispose'].map((name) => Reflect.get(Symbol, name) as symbol).filter((symbol) => symbol),
]);
/** Returns whether a value can only be the result of a step of an iterator, and not a document with a field `done`. */
function isIteratorResult(value: unknown): value is IteratorResult<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 2 && keys.includes('value') && typeof Reflect.get(value, 'done') === 'boolean';
}

/** Whether the result of a step says that a cursor has no more items. */
function isExhausted(key: PropertyKey, value: unknown): boolean {
  if (key === 'hasNext') return value === false;
  // `tryNext` also gives null if there is no item yet.
  if (key === 'tryNext') return false;
  return value === null || value === undefined || (key !== 'next' && Array.isArray(value) && value.length === 0);
}

/** The use of one cursor. */
class CursorUse {
  /** Whether `next` gives the results of an iterator, once that is known. */
  private isIterator: boolean | undefined;
  private isInside = false;
  /** Whether another method reads the cursor, with the methods that it calls. */
  private isRead = false;

  constructor(
    private readonly cursor: object,
    private readonly call: FollowedCall,
  ) {}

  use(key: PropertyKey, original: ObjectMethod, self: unknown, args: unknown[]): unknown {
    const { call } = this;
    if (call.isEnded || this.isInside || this.isRead) return Reflect.apply(original, self, args);
    const isStep = STEPS.has(key);
    const isFresh = returnsNewPromise(original);
    const result = this.run(original, self, args, isStep || READERS.has(key));
    if (isStep) return observeStep(result, (value) => this.step(key, value), call, isFresh);
    if (READERS.has(key)) {
      this.isRead = true;
      call.startWork();
      return observeStep(result, (value) => call.succeed(value), call, isFresh);
    }
    if (CLOSERS.has(key)) return observeStep(result, () => call.cancel(), call, isFresh);
    if (typeof result !== 'object' || result === null) return result;
    if (key === Symbol.asyncIterator || key === Symbol.iterator) {
      this.isIterator ??= result === this.cursor;
      if (result === this.cursor) return result;
      this.isRead = true;
      return call.continueWith(result) ?? followIterator(result, call);
    }
    // Another cursor or stream. A promise can be anything, such as a count.
    return result === this.cursor || types.isPromise(result) ? result : (call.continueWith(result) ?? result);
  }

  private run(original: ObjectMethod, self: unknown, args: unknown[], endsWithError: boolean): unknown {
    // A callback is code of the consumer, so it must not run with the span active.
    const isPlain = args.some((arg) => typeof arg === 'function');
    this.isInside = true;
    try {
      return isPlain ? Reflect.apply(original, self, args) : this.call.run(original, self, args);
    } catch (error) {
      if (endsWithError) this.call.fail(error);
      throw error;
    } finally {
      this.isInside = false;
    }
  }

  private step(key: PropertyKey, value: unknown): void {
    if (key === 'next' && this.isIterator !== false) {
      const isResult = isIteratorResult(value) || (this.isIterator === true && readField(value, 'done') === true);
      if (isResult) {
        this.isIterator = true;
        if (readField(value, 'done') === true) this.call.succeed(readField(value, 'value'));
        return;
      }
      this.isIterator ??= false;
    }
    if (isExhausted(key, value)) this.call.succeed();
  }
}

/**
 * Ends a call with a cursor of a database: an object with a `next` that gives documents or rows, or whose iterator is
 * another object. The caller gets the same object. The span ends when the cursor has no more items, when all of them
 * were read, when it is closed (cancelled), or at an error.
 */
export function followCursor<T extends object>(cursor: T, call: FollowedCall): T {
  const use = new CursorUse(cursor, call);
  interceptMethods(cursor, (key, original, self, args) => use.use(key, original, self, args));
  return cursor;
}

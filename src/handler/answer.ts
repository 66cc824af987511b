import { FcTracedError } from '../errors';
import type { FcCallback } from '../fc/context';

/**
 * Gives an answer the way FC asked for it: through its callback, once, and then nothing is returned; else as a promise.
 *
 * An error is passed on as the very object. A callback takes `undefined` and its like for success, so these alone are wrapped
 * (FALSY_ERROR, the value as its `cause`).
 */
export function answer(result: Promise<unknown>, callback: unknown): Promise<unknown> | undefined {
  if (typeof callback !== 'function') return result;
  const respond = callback as FcCallback;
  // Not `.then().catch()`: what the callback itself throws is no error of the handler.
  void result.then(
    (value) => respond(null, value),
    (error: unknown) => respond(error ? error : asError(error)),
  );
  return undefined;
}

function asError(value: unknown): FcTracedError {
  return new FcTracedError(
    'FALSY_ERROR',
    `The handler failed with ${typeof value === 'string' ? 'an empty text' : String(value)} instead of an error: throw an Error.`,
    { cause: value },
  );
}

import { types } from 'node:util';

/**
 * Runs a piece of work and hears how it ended. Gives and throws what it does. A promise is only listened on: the SDK, which gets it, takes
 * care of its rejection. Any other thenable is adopted once, and its promise handed on.
 */
export function followWork(work: () => unknown, done: () => void, failed: (error: unknown) => void): unknown {
  let value: unknown;
  try {
    value = work();
  } catch (error) {
    failed(error);
    throw error;
  }
  const isThenable =
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
  if (!isThenable) {
    done();
    return value;
  }
  const promise = types.isPromise(value) ? value : Promise.resolve(value);
  // oxlint-disable-next-line promise/no-callback-in-promise -- these are no callbacks of Node's form
  void promise.then(done, failed);
  return promise;
}

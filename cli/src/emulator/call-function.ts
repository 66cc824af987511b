import type { HandlerStyle } from './function-options';
import type { FcFunction } from './load-function';

/** How a call ended. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown; readonly from: 'callback' | 'throw' };

/** How FC calls a function. */
export interface CallOptions {
  readonly handlerStyle: HandlerStyle;
  /**
   * A hook ends with its callback or with the promise it returned, whichever comes first. A handler ends with only one
   * of them.
   */
  readonly hook: boolean;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Calls a function as FC does. Calls `done` synchronously with the first outcome, and only once. */
export function callFunction(
  fcFunction: FcFunction,
  args: readonly unknown[],
  { handlerStyle, hook }: CallOptions,
  done: (outcome: Outcome) => void,
): void {
  let pending = true;
  const finish = (outcome: Outcome): void => {
    if (!pending) return;
    pending = false;
    done(outcome);
  };
  const fail = (error: unknown): void => finish({ ok: false, error, from: 'throw' });
  const succeed = (value: unknown): void => finish({ ok: true, value });
  const callback = (error?: unknown, value?: unknown): void => {
    if (error) finish({ ok: false, error, from: 'callback' });
    else succeed(value);
  };
  const usesPromise = handlerStyle !== 'callback' || hook;
  try {
    const returned = handlerStyle === 'promise' ? fcFunction(...args) : fcFunction(...args, callback);
    // With a callback, FC ignores the value of a handler's promise but not its rejection, as it does on Node.js up to
    // 16.
    if (isThenable(returned)) returned.then(usesPromise ? succeed : undefined, fail);
    else if (handlerStyle === 'promise') succeed(returned);
    // A function that takes a callback answers with it.
    else if (handlerStyle === 'auto' && fcFunction.length <= args.length && returned !== undefined) succeed(returned);
  } catch (error) {
    fail(error);
  }
}

import type { FcFunction } from './load-function';
import type { AnswerForm } from './instance-protocol';

/** How a call ended. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown; readonly from: 'callback' | 'throw' };

/** The manner in which FC calls a function. */
export interface CallManner {
  readonly answer: AnswerForm;
  /** A hook ends with its callback or with the promise it returned, whichever comes first; a handler with one of them only. */
  readonly hook: boolean;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Calls a function as FC does and tells its first outcome, once, in the very moment it is known. */
export function callFunction(
  run: FcFunction,
  args: readonly unknown[],
  { answer, hook }: CallManner,
  done: (outcome: Outcome) => void,
): void {
  let open = true;
  const finish = (outcome: Outcome): void => {
    if (!open) return;
    open = false;
    done(outcome);
  };
  const fail = (error: unknown): void => finish({ ok: false, error, from: 'throw' });
  const succeed = (value: unknown): void => finish({ ok: true, value });
  const callback = (error?: unknown, value?: unknown): void => {
    if (error) finish({ ok: false, error, from: 'callback' });
    else succeed(value);
  };
  const returnCounts = answer === 'promise' || hook;
  try {
    const returned = answer === 'callback' ? run(...args, callback) : run(...args);
    // With a callback, the value of a handler's promise is thrown away and only its rejection counts, as on Node up to 16.
    if (isThenable(returned)) returned.then(returnCounts ? succeed : undefined, fail);
    else if (answer === 'promise') succeed(returned);
  } catch (error) {
    fail(error);
  }
}

/** Each way a developer can misuse fc-traced, in one sentence. The keys are stable: `FcTracedError.code` is one of them. */
export const ERROR_CODES = {
  INVALID_OPTION: 'An option is unknown or has a value that it cannot take.',
  INVALID_TARGET:
    'A decorator stands on something it cannot decorate, or a function was given something it does not take.',
  ENTRY_NOT_FOUND: 'The class has no method that Function Compute could call.',
  ENTRY_NAME_TAKEN: 'An entry method has the name of a lifecycle hook.',
  UNRESOLVABLE_DEPENDENCY: 'The container cannot build a class that the handler needs.',
  CAPTIVE_DEPENDENCY: 'A singleton would keep an object that belongs to one invocation.',
  NO_INVOCATION: 'Something that belongs to an invocation was used outside of one.',
  FALSY_ERROR: 'The handler failed with a value that a callback would take for success.',
  TREE_MISMATCH: 'A recorded trace is not the expected one.',
} as const;

/** A stable code of {@link FcTracedError}. */
export type FcTracedErrorCode = keyof typeof ERROR_CODES;

/**
 * A mistake of the developer, found at definition, at start, or in a test.
 *
 * fc-traced throws it for its own misuse only: an error of your program passes through untouched, and a failure of
 * telemetry never becomes an error at all. `code` is stable, `message` says what was wrong, where, and what to do.
 *
 * @example
 * ```ts
 * import { FcTracedError } from 'fc-traced';
 * const isOurs = (error: unknown): boolean => error instanceof FcTracedError && error.code === 'INVALID_OPTION';
 * ```
 */
export class FcTracedError extends Error {
  /** What kind of mistake it was; see {@link ERROR_CODES}. */
  readonly code: FcTracedErrorCode;

  constructor(code: FcTracedErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} [${code}]`, options);
    this.name = 'FcTracedError';
    this.code = code;
  }
}

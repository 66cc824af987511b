/**
 * The codes of `FcTracedError`, each with a description and, in its doc comment, what to do. The codes are stable.
 */
export const ERROR_CODES = {
  /**
   * Correct the option that the message names. For a misspelled one, the message suggests the nearest name. Options
   * are checked when a class is defined or a handler is created, so the mistake is in the line of that call.
   */
  INVALID_OPTION: 'An option is unknown or has an invalid value.',
  /**
   * Apply the decorator to what the message names: `@Handler` to a class or a public instance method, `@Service` to a
   * class, `@Traced` to a class, method, accessor or function, or pass the object that the function takes. If a class
   * is `undefined`, its module is part of a circular import.
   */
  INVALID_TARGET: 'A decorator or function was applied to a target that it does not support.',
  /**
   * Add a method `handle`, name another one with `@Handler({ method })`, or put `@Handler()` on the methods that FC
   * calls.
   */
  ENTRY_NOT_FOUND: 'The class has no method that Function Compute can call.',
  /**
   * Rename the method: `initialize`, `preFreeze` and `preStop` are the lifecycle hooks that `createHandler` returns.
   */
  ENTRY_NAME_TAKEN: 'An entry method has the name of a lifecycle hook.',
  /**
   * Correct the option `trigger`, or the trigger of the function. FC gets the error, and retries as for any other
   * error.
   */
  INVALID_EVENT: 'A handler with the option trigger received an event of another trigger.',
  /**
   * Decorate the class that the message names with `@Service()`. Where the compiler emits no metadata, as with
   * esbuild and with standard decorators, name the tokens with the option `inject`. Register tokens that are not
   * classes.
   */
  UNRESOLVABLE_DEPENDENCY: 'The container cannot resolve a class that the handler needs.',
  /**
   * Give the singleton a shorter scope, or inject the tokens `FC_CONTEXT`, `FC_EVENT` and `ACTIVE_SPAN`, which are
   * safe in singletons, instead of an object of the invocation.
   */
  CAPTIVE_DEPENDENCY: 'A singleton depends on an object that belongs to a single invocation.',
  /** Use the object while the entry method runs, and not when a module is loaded or after the response. */
  NO_INVOCATION: 'Something that belongs to an invocation was used outside of one.',
  /** Throw an `Error`. The value is the `cause` of this error. */
  FALSY_ERROR: 'The handler failed with a value that a callback would treat as success.',
  /** Compare the two trees in the message. If the new trace is right, copy it into the test. */
  TREE_MISMATCH: 'A recorded trace does not match the expected one.',
} as const;

/** A stable code of {@link FcTracedError}. */
export type FcTracedErrorCode = keyof typeof ERROR_CODES;

/**
 * The error that fc-traced throws when it is misused: when a class is defined, when a handler is created or first
 * called, or in a test.
 *
 * Telemetry failures never throw. Errors of your program are passed on unchanged. Only for FC's callback, a falsy value
 * is wrapped (`FALSY_ERROR`), and an error that FC could not format is copied. `code` is stable; `message` says what is wrong, where, and what to do.
 *
 * @example
 * ```ts
 * import { FcTracedError } from 'fc-traced';
 * const isOurs = (error: unknown): boolean => error instanceof FcTracedError && error.code === 'INVALID_OPTION';
 * ```
 */
export class FcTracedError extends Error {
  /** The stable code of the error; see {@link FcTracedErrorCode}. */
  readonly code: FcTracedErrorCode;

  constructor(code: FcTracedErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} [${code}]`, options);
    this.name = 'FcTracedError';
    this.code = code;
  }
}

/** The codes of `FcTracedError`, each with a one-sentence description. The codes are stable. */
export const ERROR_CODES = {
  INVALID_OPTION: 'An option is unknown or has an invalid value.',
  INVALID_TARGET: 'A decorator or function was applied to a target that it does not support.',
  ENTRY_NOT_FOUND: 'The class has no method that Function Compute can call.',
  ENTRY_NAME_TAKEN: 'An entry method has the name of a lifecycle hook.',
  INVALID_EVENT: 'A handler with the option trigger received an event of another trigger.',
  UNRESOLVABLE_DEPENDENCY: 'The container cannot resolve a class that the handler needs.',
  CAPTIVE_DEPENDENCY: 'A singleton depends on an object that belongs to a single invocation.',
  NO_INVOCATION: 'Something that belongs to an invocation was used outside of one.',
  FALSY_ERROR: 'The handler failed with a value that a callback would treat as success.',
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

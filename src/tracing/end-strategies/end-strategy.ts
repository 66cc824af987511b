import type { Attributes } from '@opentelemetry/api';

/** A traced call whose work goes on after the method returned. The first of `succeed`, `fail` and `cancel` ends its span; later ones do nothing. */
export interface TracedCall {
  /** Nobody but the caller can hold the returned value, so an equal one may take its place. */
  readonly isFresh: boolean;
  /** Whether bytes and items are to be counted. */
  readonly counts: boolean;
  /** Calls `fn` with the span active; gives and throws what it does. */
  run(fn: (...args: never[]) => unknown, self: unknown, args: ArrayLike<unknown>): unknown;
  /** A promise gave `value`: where that is itself work that goes on, such as a stream, it is followed, else the call succeeds. Gives what the caller gets. */
  settled(value: unknown): unknown;
  /** The work is over; `value` is what it gave. */
  succeed(value?: unknown): void;
  /** The work failed. */
  fail(error: unknown): void;
  /** The consumer wants no more of it: no error, but not the whole either. */
  cancel(): void;
  /** Puts attributes on the span, while it is open. */
  annotate(attributes: Attributes): void;
  /** Starts a further span like this one, for work that can be started again. */
  again(): TracedCall;
}

/**
 * How one kind of return value is followed to the end of the work behind it.
 *
 * Of the registered endStrategies, the newest that supports a value follows it. The value that `follow` gives is what the caller gets:
 * the very value, unless the kind demands a wrapper, which must then be like it in type and behaviour.
 */
export interface EndStrategy<T extends object = object> {
  /** Whether a value is of this kind. Must not start or change anything: no getter, no `then`. */
  supports(value: object): value is T;
  /** Sees to it that `call` is ended when the work is over, and gives what the caller gets. What it throws is counted, and the span ended. */
  follow(value: T, call: TracedCall): unknown;
}

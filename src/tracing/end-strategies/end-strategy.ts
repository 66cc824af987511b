import type { Attributes } from '@opentelemetry/api';

/**
 * A traced call whose work continues after the method returned. The first call of `succeed`, `fail` or `cancel` ends
 * the span; later calls do nothing.
 */
export interface TracedCall {
  /** Whether only the caller can hold the returned value, so that an equivalent value may replace it. */
  readonly isFresh: boolean;
  /** Whether the option `countStream` is set. */
  readonly counts: boolean;
  /** Calls `fn` with the span active. Returns and throws what `fn` does. */
  run(fn: (...args: never[]) => unknown, self: unknown, args: ArrayLike<unknown>): unknown;
  /**
   * Reports that the returned promise was fulfilled with `value`. If the work continues in `value`, such as a stream,
   * the span ends with that; otherwise the call succeeds. Returns the value that the caller gets.
   */
  settled(value: unknown): unknown;
  /** Ends the span. `value` is the result of the work. */
  succeed(value?: unknown): void;
  /** Ends the span and records an error. */
  fail(error: unknown): void;
  /** Ends the span with an event that says that the consumer stopped early, which is not an error. */
  cancel(): void;
  /** Sets attributes on the span while it is open. */
  annotate(attributes: Attributes): void;
  /** Starts another span for the same method, for work that can be started again, such as a subscription. */
  again(): TracedCall;
}

/**
 * An end strategy: how the end of the work behind one kind of return value is detected.
 *
 * If several registered strategies support a value, the newest is used.
 */
export interface EndStrategy<T extends object = object> {
  /** Returns whether a value is of this kind. Must not have side effects: it must not run getters or call `then`. */
  supports(value: object): value is T;
  /**
   * Ends `call` when the work ends. Returns the value that the caller gets: `value` itself, or a wrapper with the same
   * type and behaviour. If it throws, the error is counted and the span ends.
   */
  follow(value: T, call: TracedCall): unknown;
}

/** The end of a span, to be said once; what is said later is ignored. */
export interface SpanEnd {
  /** The call is over and gave `value`. */
  succeed(value?: unknown): void;
  /** The call is over and failed. */
  fail(error: unknown): void;
}

/** How one kind of return value is followed to the end of the work behind it. */
export interface Lifetime {
  /** Whether it is this kind. Must not touch the value: no getter, no `then`. */
  supports(value: object): boolean;
  /**
   * Says `end` when the work is over, and gives what the caller gets: the value itself, unless the kind demands a wrapper.
   * `isFresh`: nobody but the caller can hold the value, so an equal one may take its place.
   */
  follow(value: object, end: SpanEnd, isFresh: boolean): unknown;
}

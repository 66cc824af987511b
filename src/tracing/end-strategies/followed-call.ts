import type { TracedCall } from './end-strategy';

/** A call that is also ended if its value is dropped, so that a dropped value does not keep the span open forever. */
export interface FollowedCall extends TracedCall {
  /** How many values had been followed when the call started. */
  readonly followedBefore: number;
  /** Whether the span has ended. */
  readonly isEnded: boolean;
  /** Ends `call`, which returned the same value, together with this call, or immediately if this call has ended. */
  addFollower(call: FollowedCall, value: object): void;
  /** Ends the call with its invocation at the latest. Returns false outside of an invocation. */
  joinInvocation(): boolean;
  /**
   * Ends the call when `value`, and all values that this was called with before, are garbage-collected, and with its
   * invocation at the latest.
   */
  stayOpen(value: object): void;
  /** Keeps the call open until its work ends, even if its values are garbage-collected while it runs. */
  startWork(): void;
  /**
   * Continues the call with another object that a method of its value returned, if the object can be followed. Returns
   * the object that the caller gets, and `undefined` if the object cannot be followed.
   */
  continueWith(value: object): unknown;
}

/** An end strategy of this package. */
export interface BuiltInStrategy<T extends object = object> {
  supports(value: object): value is T;
  follow(value: T, call: FollowedCall): unknown;
}

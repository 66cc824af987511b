import type { FcContext } from '../fc/context';
import type { Telemetry } from './telemetry';

/** A call whose work goes on after its method returned. */
export interface OpenCall {
  /** Ends its span, which then says so. */
  abandon(): void;
}

/** One call of the function by FC, from entry to answer. */
export interface Invocation {
  /** FC's context: the very object that FC passed. */
  readonly context: FcContext;
  /** The decoded event. */
  readonly event: unknown;
  /** Where its spans go; nothing when it is not recorded, and then `@Traced` methods are called directly. */
  readonly telemetry: Telemetry | undefined;
  /** Calls whose streams, iterators and the like are not at their end. */
  readonly open: Set<OpenCall>;
}

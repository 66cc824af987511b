import type { FcContext } from '../../fc/context';
import type { OpenCalls } from '../calls/open-calls';
import type { Telemetry } from '../telemetry/telemetry';
import type { Deadline } from './deadline';

/** What the deadline of an invocation follows from. */
export interface InvocationTiming {
  /** When FC called the function, in milliseconds of `performance.now()`. */
  readonly startMillis: number;
  /** The option `deadlineMarginMillis`. */
  readonly deadlineMarginMillis: number | undefined;
  /** Set when something first needs it. */
  deadline?: Deadline;
}

/** One invocation of the function, from the call by FC to the response. */
export interface Invocation {
  /** The context object that FC passed. */
  readonly context: FcContext;
  /** The decoded event. */
  readonly event: unknown;
  /**
   * The telemetry that records its spans. `undefined` if it is not recorded: `@Traced` methods are then called
   * directly.
   */
  readonly telemetry: Telemetry | undefined;
  /** The open calls of the invocation. */
  readonly open: OpenCalls;
  readonly timing: InvocationTiming;
  /**
   * The trace id, if the random flag of W3C Trace Context Level 2 applies to it. Spans of the SDK do not keep that
   * flag.
   */
  readonly randomTraceId?: string | undefined;
}

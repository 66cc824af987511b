import type { Attributes, Link } from '@opentelemetry/api';
import type { FcContext } from '../fc/context';
import type { FaasTrigger, TriggerName } from '../fc/triggers/trigger';

/** A call of the function by any trigger, as far as tracing needs it. */
export interface IncomingCall {
  /** The decoded event. */
  readonly event: unknown;
  /** With the option `event: 'bytes'`, the bytes of the event, which the program gets instead. */
  readonly bytes?: unknown;
  /** FC's context: the object that FC passed, or one made from the headers of a request to a custom runtime. */
  readonly context: FcContext;
  /** Whether the lines of the context's logger contain trace ids without further work. */
  readonly hasCorrelatedLogger?: boolean;
  readonly trigger: FaasTrigger;
  /** The name of the trigger, by which new traces are sampled; `other` if the event has an unknown shape. */
  readonly triggerName: TriggerName | 'other';
  /** The request headers, from which the caller's trace context is extracted. */
  readonly headers: unknown;
  /** The name of the invocation span. Default: the name of the function. */
  readonly spanName: string | undefined;
  /** Returns additional attributes of the invocation span. Called only if a span is started. */
  readonly attributes?: () => Attributes;
  /** Further links of the invocation span; asked for only when it is recorded. */
  readonly links?: () => readonly Link[];
  /** What holds the trace context of the only message of the event, for the option `parent: 'message'`. */
  readonly messageCarrier?: () => unknown;
}

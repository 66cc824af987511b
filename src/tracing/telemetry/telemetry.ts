import type { Attributes, Context, Span, SpanContext, SpanOptions, Tracer, TracerOptions } from '@opentelemetry/api';
import type { RootDecision } from './sampling';

/** A new trace, and the sampling decision about it. */
export interface NewTrace {
  readonly traceId: string;
  readonly decision: RootDecision;
  /** Set if the trace is not sampled, but recorded because it may be kept. */
  readonly buffer?: TraceBuffer | undefined;
}

/** A span of the SDK, as far as a buffer needs it. */
export interface BufferedSpan {
  readonly name: string;
  readonly status: { readonly code: number };
  readonly attributes: Attributes;
  readonly events: { readonly name: string; readonly attributes?: Attributes }[];
  readonly links: { readonly attributes?: Attributes }[];
  spanContext(): SpanContext;
}

/** Where an ended span of a buffered trace goes. */
export interface SpanOutlet {
  /** The trace is kept. */
  export(span: BufferedSpan): void;
  /** The trace is not kept. */
  discard(span: BufferedSpan): void;
}

/** The spans of a trace that is not sampled, and is recorded until it is known whether it is kept. */
export interface TraceBuffer {
  readonly isUndecided: boolean;
  /** Whether a further span of the trace is recorded. One that is not is counted. */
  admits(): boolean;
  started(span: BufferedSpan): void;
  hasEnded(span: BufferedSpan, outlet: SpanOutlet): void;
}

/**
 * What waits for a flush: a response, the hook `preFreeze`, or the end of the instance or the invocation, which is the
 * last opportunity.
 */
export type FlushCause = 'response' | 'preFreeze' | 'preStop';

/** Records spans, either with our SDK set-up or with the tracer provider that the application registered. */
export interface Telemetry {
  /** The tracer that `@InjectTracer()` uses. */
  readonly tracer: Tracer;
  /** Whether the spans have our resource. If not, the invocation span has the attributes of the function. */
  readonly ownsResource: boolean;
  getTracer(name: string, version?: string, options?: TracerOptions): Tracer;
  /** Starts the invocation span. `root` is the trace that it starts if `parent` has no span. */
  startInvocation(name: string, options: SpanOptions, parent: Context, root: NewTrace | undefined): Span;
  /** Like `startInvocation`, for the snapshot of an invocation span: nothing is delivered because of it. */
  startInvocationSnapshot(name: string, options: SpanOptions, parent: Context, root: NewTrace): Span;
  /** Starts the span of a call in `context`, whose active span is `parent`. */
  startCall(name: string, options: SpanOptions | undefined, context: Context, parent: Span | undefined): Span;
  /** Returns how long a span has been open, by the clock that measures its duration; `undefined` if that is unknown. */
  openMillis?(span: Span): number | undefined;
  /** Opens a connection, so that the first answer does not wait for it. Called if a recorded call follows shortly. */
  prepare?(): void;
  /**
   * Exports the spans that have ended. Resolves when that is done, when waiting is in vain, or after `timeoutMillis`.
   * Never rejects. `cause` is `response` by default.
   */
  flush(timeoutMillis: number, cause?: FlushCause): Promise<void>;
  /** Like `flush`, within `timeoutMillis`, and then drops what remains: another endpoint has replaced this one. */
  retire?(timeoutMillis: number): Promise<void>;
  /**
   * Exports the spans that have ended, and returns when that is done or after `timeoutMillis`: when the event loop will
   * not run any more.
   */
  flushSync?(timeoutMillis: number): void;
}

/** Receives the ended spans in a test: the part of the SDK's `SpanProcessor` that a recorder implements. */
export interface SpanRecorder {
  onEnd(span: unknown): void;
}

import type { Context, Span, SpanOptions, Tracer, TracerOptions } from '@opentelemetry/api';

/** What records the spans of an invocation: our own SDK set-up, or the provider that the application registered. */
export interface Telemetry {
  /** The tracer behind `@InjectTracer()`. */
  readonly tracer: Tracer;
  /** Whether the spans carry our own resource; where not, the invocation span names the function itself. */
  readonly ownsResource: boolean;
  getTracer(name: string, version?: string, options?: TracerOptions): Tracer;
  /** Starts the topmost span. `traceId` is used where `parent` holds no span. */
  startInvocation(name: string, options: SpanOptions, parent: Context, traceId: string | undefined): Span;
  /** Starts the span of a call in `context`, whose active span is `parent`. */
  startCall(name: string, options: SpanOptions | undefined, context: Context, parent: Span | undefined): Span;
  /** Delivers what has ended so far. Resolves when that is done or after `timeoutMillis`; never rejects. `isHook`: no answer waits for it. */
  flush(timeoutMillis: number, isHook?: boolean): Promise<void>;
}

/** Takes spans in a test: the part of the SDK's SpanProcessor that a recorder needs. */
export interface SpanRecorder {
  onEnd(span: unknown): void;
}

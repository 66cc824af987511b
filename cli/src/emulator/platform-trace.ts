import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { Caller } from './caller';

/** The fields of `context.tracing`, as FC fills them. */
export type TracingFields = Readonly<Record<string, unknown>>;

/** The W3C `traceparent` of one of FC's spans; `undefined` without a span. */
export function traceparentOf(span: Span | undefined): string | undefined {
  if (span === undefined) return undefined;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

const now = (): number => performance.timeOrigin + performance.now();

/** FC's own spans of one request, timed while the emulator does the work that they represent. */
export class PlatformTrace {
  readonly #tracer: Tracer;
  readonly #endpoint: string;
  readonly #caller: Caller | undefined;
  readonly #root: Span;

  /** With a caller, FC's spans continue the caller's trace. */
  constructor(tracer: Tracer, endpoint: string, functionName: string, requestId: string, caller?: Caller) {
    this.#tracer = tracer;
    this.#endpoint = endpoint;
    this.#caller = caller;
    this.#root = this.#start('InvokeFunction');
    this.#root.setAttributes({ 'fc.function_name': functionName, 'fc.request_id': requestId });
  }

  get traceId(): string {
    return this.#root.spanContext().traceId;
  }

  /** Runs `work` in a span and passes it the tracing fields that FC sends to the function in this phase. */
  async span<T>(
    name: string,
    work: (fields: TracingFields, span: Span) => Promise<T>,
    parent: Span = this.#root,
  ): Promise<T> {
    const span = this.#start(name, parent);
    try {
      return await work(this.#fieldsOf(span, parent), span);
    } finally {
      span.end(now());
    }
  }

  /** Ends the root span. */
  end(coldStart: boolean, errorType: string | undefined): void {
    this.#root.setAttribute('faas.coldstart', coldStart);
    if (errorType !== undefined) this.#root.setAttribute('fc.error_type', errorType);
    this.#root.end(now());
  }

  #start(name: string, parent?: Span): Span {
    const { ROOT_CONTEXT, trace } = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
    return this.#tracer.startSpan(
      name,
      { startTime: now() },
      parent === undefined ? this.#callerContext() : trace.setSpan(ROOT_CONTEXT, parent),
    );
  }

  #callerContext(): Context {
    const { ROOT_CONTEXT, trace } = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
    if (this.#caller === undefined) return ROOT_CONTEXT;
    const { traceId, spanId, sampled } = this.#caller;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true });
  }

  // In Jaeger's text format. An id of 64 bits has 16 digits, as in FC 2.0.
  #fieldsOf(span: Span, parent: Span): TracingFields {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const jaegerTraceId = traceId.startsWith('0'.repeat(16)) ? traceId.slice(16) : traceId;
    return {
      openTracingSpanContext: `${jaegerTraceId}:${spanId}:${parent.spanContext().spanId}:${traceFlags}`,
      openTracingSpanBaggages: { ...this.#caller?.baggage },
      jaegerEndpoint: this.#endpoint,
    };
  }
}

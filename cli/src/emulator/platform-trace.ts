import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { Caller } from './caller';

/** The fields of `context.tracing`, as FC fills them. */
export type TracingFields = Readonly<Record<string, unknown>>;

/** The W3C's form of a span of FC's, for those that are called over HTTP; a span that is not there has none. */
export function traceparentOf(span: Span | undefined): string | undefined {
  if (span === undefined) return undefined;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

const now = (): number => performance.timeOrigin + performance.now();

/** FC's own spans of one invocation, made while the emulator does what they stand for. */
export class PlatformTrace {
  readonly #tracer: Tracer;
  readonly #endpoint: string;
  readonly #caller: Caller | undefined;
  readonly #top: Span;

  /** With a caller, FC's spans continue its trace. */
  constructor(tracer: Tracer, endpoint: string, functionName: string, requestId: string, caller?: Caller) {
    this.#tracer = tracer;
    this.#endpoint = endpoint;
    this.#caller = caller;
    this.#top = this.#start('InvokeFunction');
    this.#top.setAttributes({ 'fc.function_name': functionName, 'fc.request_id': requestId });
  }

  get traceId(): string {
    return this.#top.spanContext().traceId;
  }

  /** Times `work` as a span; what it is given is the tracing context that FC would hand to the function from there. */
  async span<T>(
    name: string,
    work: (fields: TracingFields, span: Span) => Promise<T>,
    parent: Span = this.#top,
  ): Promise<T> {
    const span = this.#start(name, parent);
    try {
      return await work(this.#fieldsBelow(span, parent), span);
    } finally {
      span.end(now());
    }
  }

  end(coldStart: boolean, errorType: string | undefined): void {
    this.#top.setAttribute('faas.coldstart', coldStart);
    if (errorType !== undefined) this.#top.setAttribute('fc.error_type', errorType);
    this.#top.end(now());
  }

  #start(name: string, parent?: Span): Span {
    const { ROOT_CONTEXT, trace } = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
    return this.#tracer.startSpan(
      name,
      { startTime: now() },
      parent === undefined ? this.#callersContext() : trace.setSpan(ROOT_CONTEXT, parent),
    );
  }

  #callersContext(): Context {
    const { ROOT_CONTEXT, trace } = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
    if (this.#caller === undefined) return ROOT_CONTEXT;
    const { traceId, spanId, sampled } = this.#caller;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true });
  }

  // Jaeger's text form; an id of 64 bit is written with 16 digits, as FC 2.0 does.
  #fieldsBelow(span: Span, parent: Span): TracingFields {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const shown = traceId.startsWith('0'.repeat(16)) ? traceId.slice(16) : traceId;
    return {
      openTracingSpanContext: `${shown}:${spanId}:${parent.spanContext().spanId}:${traceFlags}`,
      openTracingSpanBaggages: { ...this.#caller?.baggage },
      jaegerEndpoint: this.#endpoint,
    };
  }
}

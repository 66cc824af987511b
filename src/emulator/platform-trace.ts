import type { Span, Tracer } from '@opentelemetry/api';

/** The fields of `context.tracing`, as FC fills them. */
export type TracingFields = Readonly<Record<string, unknown>>;

const now = (): number => performance.timeOrigin + performance.now();

/** FC's own spans of one invocation, made while the emulator does what they stand for. */
export class PlatformTrace {
  readonly #tracer: Tracer;
  readonly #endpoint: string;
  readonly #top: Span;

  constructor(tracer: Tracer, endpoint: string, requestId: string) {
    this.#tracer = tracer;
    this.#endpoint = endpoint;
    this.#top = this.#start('InvokeFunction');
    this.#top.setAttribute('fc.request_id', requestId);
  }

  get traceId(): string {
    return this.#top.spanContext().traceId;
  }

  /** Times `work` as a span; what it is given is the tracing context that FC would hand to the function from there. */
  async span<T>(name: string, work: (fields: TracingFields, span: Span) => Promise<T>, parent: Span = this.#top): Promise<T> {
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
    return this.#tracer.startSpan(name, { startTime: now() }, parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent));
  }

  // Jaeger's text form; an id of 64 bit is written with 16 digits, as FC 2.0 does.
  #fieldsBelow(span: Span, parent: Span): TracingFields {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const shown = traceId.startsWith('0'.repeat(16)) ? traceId.slice(16) : traceId;
    return {
      openTracingSpanContext: `${shown}:${spanId}:${parent.spanContext().spanId}:${traceFlags}`,
      openTracingSpanBaggages: {},
      jaegerEndpoint: this.#endpoint,
    };
  }
}

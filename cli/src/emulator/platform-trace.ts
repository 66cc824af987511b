import { randomBytes } from 'node:crypto';
import type { SpanRecord } from 'fc-traced/testing';
import type { Caller } from './caller';
import type { Generation } from './context';

/** The fields of `context.tracing`, as FC fills them. */
export type TracingFields = Readonly<Record<string, unknown>>;

/** The context of one of FC's spans. Ids are hex. */
export interface PlatformSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** What the traces of a function have in common. */
export interface PlatformTraceOptions {
  readonly endpoint: string;
  readonly functionName: string;
  readonly generation: Generation;
  /** FC's sampling decision for a trace without a caller. */
  readonly sampled: () => boolean;
  /** Receives each span when it ends, if the trace is sampled. */
  readonly onEnd: (span: SpanRecord) => void;
}

/** The W3C `traceparent` of one of FC's spans; `undefined` without a span. */
export function traceparentOf(span: PlatformSpan | undefined): string | undefined {
  return span && `00-${span.traceId}-${span.spanId}-${span.sampled ? '01' : '00'}`;
}

/** The time now in nanoseconds since the Unix epoch. */
export function nowNanos(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

// FC 2.0 uses Jaeger clients with trace ids of 64 bits.
function newTraceId(generation: Generation): string {
  const bytes = randomBytes(generation === '2.0' ? 8 : 16);
  return bytes.toString('hex').padStart(32, '0');
}

/** FC's own spans of one request, timed while the emulator does the work that they represent. */
export class PlatformTrace {
  readonly #options: PlatformTraceOptions;
  readonly #caller: Caller | undefined;
  readonly #root: PlatformSpan;
  readonly #startNanos = nowNanos();
  readonly #attributes: Record<string, unknown>;

  /** With a caller, FC's spans continue the caller's trace. */
  constructor(options: PlatformTraceOptions, requestId: string, caller?: Caller) {
    this.#options = options;
    this.#caller = caller;
    this.#attributes = { 'fc.function_name': options.functionName, 'fc.request_id': requestId };
    this.#root = {
      traceId: caller?.traceId ?? newTraceId(options.generation),
      spanId: randomBytes(8).toString('hex'),
      sampled: caller?.sampled ?? options.sampled(),
    };
  }

  get traceId(): string {
    return this.#root.traceId;
  }

  /** Whether FC reports the spans of this trace. */
  get sampled(): boolean {
    return this.#root.sampled;
  }

  /** Runs `work` in a span and passes it the tracing fields that FC sends to the function in this phase. */
  async span<T>(
    name: string,
    work: (fields: TracingFields, span: PlatformSpan) => Promise<T>,
    parent: PlatformSpan = this.#root,
  ): Promise<T> {
    const span: PlatformSpan = { ...this.#root, spanId: randomBytes(8).toString('hex') };
    const startNanos = nowNanos();
    try {
      return await work(this.#fieldsOf(span, parent), span);
    } finally {
      this.#report(name, span, parent.spanId, startNanos, {});
    }
  }

  /** Ends the root span. */
  end(coldStart: boolean, errorType: string | undefined): void {
    this.#report('InvokeFunction', this.#root, this.#caller?.spanId, this.#startNanos, {
      ...this.#attributes,
      'faas.coldstart': coldStart,
      ...(errorType !== undefined && { 'fc.error_type': errorType }),
    });
  }

  #report(
    name: string,
    { traceId, spanId, sampled }: PlatformSpan,
    parentSpanId: string | undefined,
    startNanos: bigint,
    attributes: SpanRecord['attributes'],
  ): void {
    if (!sampled) return;
    this.#options.onEnd({
      traceId,
      spanId,
      ...(parentSpanId !== undefined && { parentSpanId }),
      name,
      kind: 'internal',
      startNanos,
      endNanos: nowNanos(),
      status: { code: 'UNSET' },
      attributes,
      events: [],
      links: [],
      resource: { 'service.name': 'fc.platform', 'faas.name': this.#options.functionName },
    });
  }

  // In Jaeger's text format. An id of 64 bits has 16 digits, as in FC 2.0.
  #fieldsOf(span: PlatformSpan, parent: PlatformSpan): TracingFields {
    const jaegerTraceId = span.traceId.startsWith('0'.repeat(16)) ? span.traceId.slice(16) : span.traceId;
    return {
      openTracingSpanContext: `${jaegerTraceId}:${span.spanId}:${parent.spanId}:${span.sampled ? 1 : 0}`,
      openTracingSpanBaggages: { ...this.#caller?.baggage },
      jaegerEndpoint: this.#options.endpoint,
    };
  }
}

import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { SpanRecord } from 'fc-traced/testing';

// The exporters are loaded on demand, and only in the repository: a viewer in the same process receives FC's spans
// directly.
function exporterFor(endpoint: string): SpanExporter {
  if (new URL(endpoint).pathname.endsWith('/api/traces')) {
    const { JaegerExporter } =
      require('@opentelemetry/exporter-jaeger') as typeof import('@opentelemetry/exporter-jaeger');
    // The exporter's shutdown leaves a timer of this length.
    return new JaegerExporter({ endpoint, flushTimeout: 10 });
  }
  const { OTLPTraceExporter } =
    require('@opentelemetry/exporter-trace-otlp-proto') as typeof import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({ url: endpoint, timeoutMillis: 3000 });
}

const timeOf = (nanos: bigint): HrTime => [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];

function readableSpanOf(span: SpanRecord): ReadableSpan {
  const { resourceFromAttributes } = require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');
  const { traceId, spanId, parentSpanId, name, startNanos, endNanos, attributes } = span;
  const contextOf = (id: string) => ({ traceId, spanId: id, traceFlags: 1 });
  return {
    name,
    kind: 0,
    spanContext: () => contextOf(spanId),
    ...(parentSpanId !== undefined && { parentSpanContext: contextOf(parentSpanId) }),
    startTime: timeOf(startNanos),
    endTime: timeOf(endNanos),
    duration: timeOf(endNanos - startNanos),
    status: { code: 0 },
    attributes: attributes as ReadableSpan['attributes'],
    links: [],
    events: [],
    ended: true,
    resource: resourceFromAttributes(span.resource as ReadableSpan['attributes']),
    instrumentationScope: { name: 'fc-traced-emulator' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Sends FC's own spans to a backend, in the protocol of its endpoint. */
export class PlatformExport {
  readonly #endpoint: string;
  readonly #spans: SpanRecord[] = [];
  #exporter: SpanExporter | undefined;
  #sending: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  add(span: SpanRecord): void {
    this.#spans.push(span);
  }

  /** Sends all spans. Never rejects; `delivered()` reports a failure. */
  flush(): Promise<void> {
    this.#sending = this.#sending.then(() => this.#send());
    return this.#sending;
  }

  /** Resolves when all spans have been sent. Rejects when that failed; each failure is reported once. */
  async delivered(): Promise<void> {
    await this.flush();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  async shutdown(): Promise<void> {
    await this.flush();
    await this.#exporter?.shutdown().catch(() => undefined);
  }

  #send(): Promise<void> {
    const spans = this.#spans.splice(0);
    if (spans.length === 0) return Promise.resolve();
    const exporter = (this.#exporter ??= exporterFor(this.#endpoint));
    return new Promise((resolve) => {
      exporter.export(spans.map(readableSpanOf), ({ error }) => {
        this.#failure = error ?? this.#failure;
        resolve();
      });
    });
  }
}

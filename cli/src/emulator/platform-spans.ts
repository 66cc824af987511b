import { randomBytes } from 'node:crypto';
import type { BasicTracerProvider, IdGenerator, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Caller } from './caller';
import type { Generation } from './context';
import { PlatformTrace } from './platform-trace';

/** The tracing settings of a function, as in FC's console. */
export interface TracingConfig {
  /**
   * Where FC and the function send their spans: Jaeger thrift to `…/api/traces`, OTLP to `…/api/otlp/traces` and
   * `…/v1/traces`.
   */
  readonly endpoint: string;
  /** FC's sampling decision for invocations whose caller made none. Default true. */
  readonly sampled?: boolean;
}

// Loaded on demand: without tracing, the emulator's process needs no SDK.
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

// FC 2.0 uses Jaeger clients with trace ids of 64 bits.
function idGeneratorOf(generation: Generation): IdGenerator {
  return {
    generateTraceId: () =>
      randomBytes(generation === '2.0' ? 8 : 16)
        .toString('hex')
        .padStart(32, '0'),
    generateSpanId: () => randomBytes(8).toString('hex'),
  };
}

/** Creates and sends the spans that Function Compute itself reports: the request, its cold start, the invocation. */
export class PlatformSpans {
  readonly #endpoint: string;
  readonly #functionName: string;
  readonly #provider: BasicTracerProvider;
  #sending: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor({ endpoint, sampled = true }: TracingConfig, generation: Generation, functionName: string) {
    const sdk = require('@opentelemetry/sdk-trace-base') as typeof import('@opentelemetry/sdk-trace-base');
    const { resourceFromAttributes } = require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');
    this.#endpoint = endpoint;
    this.#functionName = functionName;
    this.#provider = new sdk.BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'fc.platform', 'faas.name': functionName }),
      sampler: new sdk.ParentBasedSampler({ root: sampled ? new sdk.AlwaysOnSampler() : new sdk.AlwaysOffSampler() }),
      idGenerator: idGeneratorOf(generation),
      spanProcessors: [new sdk.BatchSpanProcessor(exporterFor(endpoint), { exportTimeoutMillis: 3000 })],
    });
  }

  /** Starts FC's spans of one request. */
  startTrace(requestId: string, caller?: Caller): PlatformTrace {
    return new PlatformTrace(
      this.#provider.getTracer('fc-traced-emulator'),
      this.#endpoint,
      this.#functionName,
      requestId,
      caller,
    );
  }

  /** Sends all ended spans. Never rejects; `delivered()` reports a failure. */
  flush(): Promise<void> {
    this.#sending = this.#sending
      .then(() => this.#provider.forceFlush())
      .catch((error: unknown) => {
        const first: unknown = Array.isArray(error) ? error[0] : error;
        this.#failure = first instanceof Error ? first : new Error("FC's own spans could not be sent");
      });
    return this.#sending;
  }

  /** Resolves when all ended spans have been sent. Rejects when that failed; each failure is reported once. */
  async delivered(): Promise<void> {
    await this.flush();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  async shutdown(): Promise<void> {
    await this.flush();
    await this.#provider.shutdown().catch(() => undefined);
  }
}

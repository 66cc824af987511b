import { randomBytes } from 'node:crypto';
import type { BasicTracerProvider, IdGenerator, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Caller } from './caller';
import type { Generation } from './context';
import { PlatformTrace } from './platform-trace';

/** The tracing configuration of a function, as in FC's console. */
export interface TracingConfig {
  /** Where FC and the function send: `…/api/traces` is Jaeger thrift, `…/api/otlp/traces` and `…/v1/traces` are OTLP. */
  readonly endpoint: string;
  /** FC's own decision about the invocations whose caller made none. Default true. */
  readonly sampled?: boolean;
}

// Required, not imported, and only for a traced function: most instances need no SDK in the emulator's process.
function exporterFor(endpoint: string): SpanExporter {
  if (new URL(endpoint).pathname.endsWith('/api/traces')) {
    const { JaegerExporter } =
      require('@opentelemetry/exporter-jaeger') as typeof import('@opentelemetry/exporter-jaeger');
    // Its shutdown leaves a timer of this length behind.
    return new JaegerExporter({ endpoint, flushTimeout: 10 });
  }
  const { OTLPTraceExporter } =
    require('@opentelemetry/exporter-trace-otlp-proto') as typeof import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({ url: endpoint, timeoutMillis: 3000 });
}

// FC 2.0's Jaeger clients make trace ids of 64 bit.
function idsOf(generation: Generation): IdGenerator {
  return {
    generateTraceId: () =>
      randomBytes(generation === '2.0' ? 8 : 16)
        .toString('hex')
        .padStart(32, '0'),
    generateSpanId: () => randomBytes(8).toString('hex'),
  };
}

/** Makes and sends the spans that Function Compute itself reports: the stay of the request, its cold start, the invocation. */
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
      idGenerator: idsOf(generation),
      spanProcessors: [new sdk.BatchSpanProcessor(exporterFor(endpoint), { exportTimeoutMillis: 3000 })],
    });
  }

  begin(requestId: string, caller?: Caller): PlatformTrace {
    return new PlatformTrace(
      this.#provider.getTracer('fc-traced-emulator'),
      this.#endpoint,
      this.#functionName,
      requestId,
      caller,
    );
  }

  /** Sends what has ended, after what is on its way already; never rejects. */
  flush(): Promise<void> {
    this.#sending = this.#sending
      .then(() => this.#provider.forceFlush())
      .catch((error: unknown) => {
        const first: unknown = Array.isArray(error) ? error[0] : error;
        this.#failure = first instanceof Error ? first : new Error('the spans of the platform could not be sent');
      });
    return this.#sending;
  }

  /** Resolves when everything has been sent; rejects when something could not be, once for each failure. */
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

import type { SpanRecord } from 'fc-traced/testing';
import type { Caller } from './caller';
import type { Generation } from './context';
import { PlatformExport } from './platform-export';
import { PlatformTrace } from './platform-trace';
import type { PlatformTraceOptions } from './platform-trace';

/** The tracing settings of a function, as in FC's console. */
export interface TracingConfig {
  /**
   * Where FC and the function send their spans: Jaeger thrift to `…/api/traces`, OTLP to `…/api/otlp/traces` and
   * `…/v1/traces`.
   */
  readonly endpoint: string;
  /** FC's sampling decision for invocations whose caller made none. Default true. */
  readonly sampled?: boolean | (() => boolean);
  /** Receives FC's own spans, instead of the endpoint: for a viewer in the same process. */
  readonly onSpans?: (spans: readonly SpanRecord[]) => void;
}

/** Creates and sends the spans that Function Compute itself reports: the request, its cold start, the invocation. */
export class PlatformSpans {
  readonly #options: PlatformTraceOptions;
  readonly #onSpans: TracingConfig['onSpans'];
  readonly #export: PlatformExport | undefined;
  #ended: SpanRecord[] = [];

  constructor({ endpoint, sampled = true, onSpans }: TracingConfig, generation: Generation, functionName: string) {
    this.#onSpans = onSpans;
    this.#export = onSpans === undefined ? new PlatformExport(endpoint) : undefined;
    this.#options = {
      endpoint,
      functionName,
      generation,
      sampled: typeof sampled === 'function' ? sampled : () => sampled,
      onEnd: (span) => (this.#export === undefined ? void this.#ended.push(span) : this.#export.add(span)),
    };
  }

  /** Starts FC's spans of one request. */
  startTrace(requestId: string, caller?: Caller): PlatformTrace {
    return new PlatformTrace(this.#options, requestId, caller);
  }

  /** Sends all ended spans. Never rejects; `delivered()` reports a failure. */
  async flush(): Promise<void> {
    const spans = this.#ended;
    this.#ended = [];
    if (spans.length > 0) this.#onSpans?.(spans);
    await this.#export?.flush();
  }

  /** Resolves when all ended spans have been sent. Rejects when that failed; each failure is reported once. */
  async delivered(): Promise<void> {
    await this.flush();
    await this.#export?.delivered();
  }

  async shutdown(): Promise<void> {
    await this.flush();
    await this.#export?.shutdown();
  }
}

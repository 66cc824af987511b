import { SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import type { Attributes, Context, Span, SpanOptions, Tracer, TracerOptions } from '@opentelemetry/api';
import { isTracingSuppressed, sanitizeAttributes } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Config } from '../config/config';
import type { Endpoint } from '../config/environment';
import { countError } from '../diagnostics';
import { SCOPE_NAME, VERSION } from '../semconv';
import { newSpanId } from '../tracing/telemetry/ids';
import { SharedFlush } from '../tracing/telemetry/shared-flush';
import { state } from '../tracing/telemetry/state';
import type { FlushCause, NewTrace, SpanRecorder, Telemetry } from '../tracing/telemetry/telemetry';
import { Delivery } from './delivery/delivery';
import { HttpTransport } from './delivery/http-transport';
import { resourceBytes, spanBytes } from './delivery/span-size';
import { directSpanClass, partsOf } from './direct-span';
import type { DirectSpanClass, TracerParts } from './direct-span';
import { EXPORTERS } from './exporters/exporters';
import { faasResource, FlagSampler, PooledIds } from './provider-parts';
import { scrub } from './scrub';
import { startProbe, warnOfChangedMembers } from './sdk-members';
import { SpanPipeline } from './span-pipeline';
import { millisSinceStart } from './start-clock';

/** The settings of one SDK set-up. */
export interface SdkSettings {
  readonly config: Pick<
    Config,
    | 'headers'
    | 'variables'
    | 'exportTimeoutMillis'
    | 'flushTimeoutMillis'
    | 'queueLimitSpans'
    | 'queueLimitBytes'
    | 'sampleRatio'
    | 'serviceName'
    | 'resource'
    | 'spanProcessors'
    | 'baggageAttributes'
  >;
  /** Where spans are sent; `undefined` sends them only to span processors and recorders. */
  readonly endpoint: Endpoint | undefined;
  readonly functionAttributes: Attributes;
  /** Recorders of tests, which may be added and removed later. */
  readonly recorders?: ReadonlySet<SpanRecorder>;
}

const NO_LINKS: never[] = [];
// The API exports its enumerations with getters.
const { SAMPLED } = TraceFlags;
const { INTERNAL } = SpanKind;

/** The SDK as fc-traced sets it up: sampler, id generator, delivery, and the span processors of the option. */
export class SdkTelemetry implements Telemetry {
  readonly ownsResource = true;
  readonly tracer: Tracer;
  private readonly ids = new PooledIds();
  private readonly sampler: FlagSampler;
  private readonly provider: BasicTracerProvider;
  private readonly pipeline: SpanPipeline;
  private readonly parts: TracerParts | undefined;
  private readonly spanClass: DirectSpanClass | undefined;
  private readonly delivery: Delivery | undefined;
  private readonly flushers: readonly { flush(timeoutMillis: number, cause?: FlushCause): Promise<void> }[];

  constructor({ config, endpoint, functionAttributes, recorders }: SdkSettings) {
    const delivery = endpoint === undefined ? undefined : createDelivery(endpoint, config);
    this.delivery = delivery;
    const processors = config.spanProcessors;
    const sinks: SpanRecorder[] = delivery === undefined ? [] : [delivery];
    if (recorders !== undefined) sinks.push({ onEnd: (span) => recorders.forEach((recorder) => recorder.onEnd(span)) });
    this.pipeline = new SpanPipeline(processors, sinks, config.baggageAttributes);
    this.sampler = new FlagSampler(config.sampleRatio.byTrigger.default);
    this.provider = new BasicTracerProvider({
      sampler: this.sampler,
      idGenerator: this.ids,
      resource: faasResource(functionAttributes, config.resource, config.serviceName),
      spanProcessors: [this.pipeline],
    });
    this.tracer = this.provider.getTracer(SCOPE_NAME, VERSION);
    const probe = startProbe();
    this.spanClass = directSpanClass(this.tracer, probe);
    this.parts = this.spanClass && partsOf(this.tracer);
    warnOfChangedMembers(probe, this.spanClass !== undefined);
    const shared = processors.map(
      (processor) =>
        new SharedFlush(async () => (processor as Partial<SpanProcessor>).forceFlush?.(), countFailedFlush),
    );
    this.flushers = delivery === undefined ? shared : [delivery, ...shared];
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    return this.provider.getTracer(name, version, options);
  }

  startInvocation(name: string, options: SpanOptions, parent: Context, root: NewTrace | undefined): Span {
    this.delivery?.resume();
    return this.startRoot(name, options, parent, root);
  }

  startInvocationSnapshot(name: string, options: SpanOptions, parent: Context, root: NewTrace): Span {
    return this.startRoot(name, options, parent, root);
  }

  private startRoot(name: string, options: SpanOptions, parent: Context, root: NewTrace | undefined): Span {
    this.ids.nextTraceId = root?.traceId;
    this.sampler.nextDecision = root && { ...root.decision, isBuffered: root.buffer !== undefined };
    this.pipeline.nextBuffer = root?.buffer;
    try {
      return this.tracer.startSpan(name, options, parent);
    } finally {
      this.ids.nextTraceId = undefined;
      this.sampler.nextDecision = undefined;
      this.pipeline.nextBuffer = undefined;
    }
  }

  startCall(name: string, options: SpanOptions | undefined, context: Context, parent: Span | undefined): Span {
    const { spanClass, parts } = this;
    if (
      spanClass === undefined ||
      parts === undefined ||
      !(parent instanceof spanClass) ||
      options?.root === true ||
      isTracingSuppressed(context)
    ) {
      return this.tracer.startSpan(name, options, context);
    }
    const parentSpanContext = parent.spanContext();
    const { traceId, traceState } = parentSpanContext;
    const traceFlags = parentSpanContext.traceFlags & SAMPLED;
    if (traceFlags === 0 && state.buffers.get(parentSpanContext)?.admits() !== true) {
      return trace.wrapSpanContext({ traceId, spanId: newSpanId(), traceFlags, ...(traceState && { traceState }) });
    }
    return new spanClass({
      resource: parts._resource,
      scope: parts.instrumentationScope,
      context,
      spanContext: { traceId, spanId: newSpanId(), traceFlags, traceState },
      name,
      kind: options?.kind ?? INTERNAL,
      links: options?.links ?? NO_LINKS,
      parentSpanContext,
      attributes: options?.attributes === undefined ? undefined : sanitizeAttributes(options.attributes),
      // Directly, without the SDK's MultiSpanProcessor around it.
      spanProcessor: this.pipeline,
      spanLimits: parts._spanLimits,
    });
  }

  openMillis(span: Span): number | undefined {
    return millisSinceStart(span);
  }

  prepare(): void {
    this.delivery?.prepare();
  }

  async flush(timeoutMillis: number, cause?: FlushCause): Promise<void> {
    await Promise.all(this.flushers.map((flusher) => flusher.flush(timeoutMillis, cause)));
  }

  flushSync(timeoutMillis: number): void {
    this.delivery?.flushSync(timeoutMillis);
  }

  async retire(timeoutMillis: number): Promise<void> {
    await this.flush(timeoutMillis, 'preStop');
    await this.delivery?.retire(timeoutMillis);
  }
}

function createDelivery({ url, protocol }: Endpoint, config: SdkSettings['config']): Delivery {
  const { headers, variables, exportTimeoutMillis, flushTimeoutMillis, queueLimitSpans, queueLimitBytes } = config;
  const encoder = EXPORTERS[protocol].load().createEncoder({ url, headers, variables });
  return new Delivery({
    transport: new HttpTransport(encoder, exportTimeoutMillis),
    // With 0, no response waits, and hooks wait for the time of an export.
    budgetMillis: flushTimeoutMillis || exportTimeoutMillis,
    queueLimitSpans,
    queueLimitBytes,
    sizeOf: encoder.repeatsResource ? (span) => spanBytes(span) + resourceBytes(span) : spanBytes,
    host: new URL(url).host,
    clean: (text) => scrub(text, url),
  });
}

function countFailedFlush(): void {
  countError('a span processor failed or did not finish when it was flushed');
}

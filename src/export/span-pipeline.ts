import { TraceFlags } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { countError } from '../diagnostics';
import { baggageAttributes } from '../tracing/calls/attributes';
import { spanIn } from '../tracing/context/linked-context';
import { state } from '../tracing/telemetry/state';
import type { SpanOutlet, SpanRecorder, TraceBuffer } from '../tracing/telemetry/telemetry';
import { redactEndingSpan, redactStartingSpan } from './redact-span';
import { alignStart } from './start-clock';

// The API exports its enumerations with getters.
const { SAMPLED } = TraceFlags;

/**
 * The only span processor of our SDK set-up. It aligns start times, adds baggage attributes, removes secrets, calls the
 * span processors of the option `spanProcessors`, and then passes ended spans to the delivery and to recorders.
 *
 * It is one processor because the SDK calls each one three times per span. It also catches what the processors of the
 * option throw: the SDK would throw it from `startSpan` and `end`, so into the program, and skip the later processors.
 */
export class SpanPipeline implements SpanProcessor {
  /** The buffer of the invocation span that is started next. */
  nextBuffer: TraceBuffer | undefined;
  private readonly outlet: SpanOutlet;
  private readonly processors: readonly Partial<SpanProcessor>[];
  private readonly callsOnEnding: boolean;

  constructor(
    processors: readonly SpanProcessor[],
    private readonly sinks: readonly SpanRecorder[],
    private readonly baggageKeys: readonly string[] = [],
  ) {
    this.processors = processors;
    this.outlet = {
      export: (span) => this.export(span as unknown as ReadableSpan),
      discard: (span) => this.callProcessors(span as unknown as ReadableSpan),
    };
    this.callsOnEnding = this.processors.some(({ onEnding }) => typeof onEnding === 'function');
  }

  onStart(span: Span, context: Context): void {
    alignStart(span, context);
    if ((span.spanContext().traceFlags & SAMPLED) === 0) this.buffer(span, context);
    if (this.baggageKeys.length > 0) span.setAttributes(baggageAttributes(context, this.baggageKeys));
    // Without other processors nothing reads the span before it ends.
    if (this.processors.length === 0) return;
    redactStartingSpan(span);
    for (const processor of this.processors) {
      try {
        processor.onStart?.(span, context);
      } catch {
        countThrow();
      }
    }
  }

  onEnding(span: Span): void {
    redactEndingSpan(span);
    if (!this.callsOnEnding) return;
    for (const processor of this.processors) {
      try {
        processor.onEnding?.(span);
      } catch {
        countThrow();
      }
    }
    // Again, for what the processors added.
    redactEndingSpan(span);
  }

  onEnd(span: ReadableSpan): void {
    const spanContext = span.spanContext();
    const buffer = (spanContext.traceFlags & SAMPLED) === 0 ? state.buffers.get(spanContext) : undefined;
    if (buffer === undefined) this.export(span);
    else buffer.hasEnded(span, this.outlet);
  }

  /** Adds a span that is recorded but not sampled to the buffer of its trace. */
  private buffer(span: Span, context: Context): void {
    const parent = spanIn(context)?.spanContext();
    const buffer = this.nextBuffer ?? (parent && state.buffers.get(parent));
    if (buffer === undefined) return;
    state.buffers.set(span.spanContext(), buffer);
    buffer.started(span);
  }

  private export(span: ReadableSpan): void {
    this.callProcessors(span);
    for (const sink of this.sinks) sink.onEnd(span);
  }

  private callProcessors(span: ReadableSpan): void {
    for (const processor of this.processors) {
      try {
        processor.onEnd?.(span);
      } catch {
        countThrow();
      }
    }
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.processors.map(async (processor) => processor.forceFlush?.()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.processors.map(async (processor) => processor.shutdown?.()));
  }
}

function countThrow(): void {
  countError('a span processor threw when a span started or ended');
}

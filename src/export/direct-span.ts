import { SpanKind, TraceFlags } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** What the SDK's span class is made from. Not in its types; {@link directSpanClass} checks that it is still so. */
export interface DirectSpanOptions {
  readonly resource: Resource;
  readonly scope: ReadableSpan['instrumentationScope'];
  readonly context: Context;
  readonly spanContext: SpanContext;
  readonly name: string;
  readonly kind: SpanKind;
  readonly links: Link[];
  readonly parentSpanContext: SpanContext;
  readonly attributes: Attributes | undefined;
  readonly spanProcessor: SpanProcessor;
  readonly spanLimits: SpanLimits;
}

/** The SDK's own span class. */
export type DirectSpanClass = new (options: DirectSpanOptions) => Span;

/** What a tracer of the SDK hands to its spans. */
export interface TracerParts {
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];
  readonly _spanProcessor: SpanProcessor;
  readonly _spanLimits: SpanLimits;
  readonly _resource: Resource;
}

const quiet: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/**
 * The SDK's span class, if its spans can be made without its tracer, or nothing.
 *
 * The tracer checks a parent's ids by regular expression, asks the sampler and sanitizes attributes twice for every span. Below a
 * recorded span of ours all of that is known, and leaving it out is a third of a span's cost. The span is the very same class,
 * so every processor and exporter takes it. Tried here against a span that a tracer made, field by field: with an SDK that
 * is built differently the answer is nothing, and spans are started by the tracer.
 */
export function directSpanClass(tracer: Tracer): DirectSpanClass | undefined {
  try {
    const parts = partsOf(tracer);
    const made = new BasicTracerProvider({ sampler: new AlwaysOnSampler() }).getTracer('fc-traced').startSpan('probe');
    const spanClass = made.constructor as DirectSpanClass;
    const parentSpanContext = made.spanContext();
    const spanContext: SpanContext = {
      ...parentSpanContext,
      spanId: '00000000000000ff',
      traceFlags: TraceFlags.SAMPLED,
    };
    const options: DirectSpanOptions = {
      resource: parts._resource,
      scope: parts.instrumentationScope,
      context: undefined as unknown as Context,
      spanContext,
      name: 'probe',
      kind: SpanKind.CLIENT,
      links: [{ context: parentSpanContext }],
      parentSpanContext,
      attributes: { probe: 1 },
      spanProcessor: quiet,
      spanLimits: parts._spanLimits,
    };
    const direct = new spanClass(options);
    direct.end();
    const wanted = {
      name: 'probe',
      kind: SpanKind.CLIENT,
      parentSpanContext,
      resource: parts._resource,
      instrumentationScope: parts.instrumentationScope,
      _spanProcessor: quiet,
      _spanLimits: parts._spanLimits,
      ended: true,
    };
    const isSame = Object.entries(wanted).every(([key, value]) => Reflect.get(direct, key) === value);
    const hasSameFields = Reflect.ownKeys(direct).join() === Reflect.ownKeys(made).join();
    const { attributes, links } = direct as unknown as { attributes: Attributes; links: Link[] };
    return isSame &&
      hasSameFields &&
      direct.spanContext() === spanContext &&
      attributes.probe === 1 &&
      links.length === 1
      ? spanClass
      : undefined;
  } catch {
    return undefined;
  }
}

/** The parts of an SDK tracer. Throws when it has none. */
export function partsOf(tracer: Tracer): TracerParts {
  const parts = tracer as unknown as TracerParts;
  for (const key of ['instrumentationScope', '_spanProcessor', '_spanLimits', '_resource'] as const) {
    if (typeof parts[key] !== 'object' || parts[key] === null) throw new TypeError(`the SDK's tracer has no ${key}`);
  }
  return parts;
}

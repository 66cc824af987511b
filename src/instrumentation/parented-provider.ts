import { context, INVALID_SPAN_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { Tracer, TracerProvider } from '@opentelemetry/api';

/**
 * A provider for instrumentations that have no option for it: what a library does outside of any span makes no trace of its own.
 * What a consumer gets from afar has its parent in the message. `nameOf` gives a span's name from that which the instrumentation chose.
 */
export function parentedProvider(
  provider: TracerProvider,
  nameOf: (name: string) => string = (name) => name,
): TracerProvider {
  return {
    getTracer: (...scope): Tracer => {
      const tracer = provider.getTracer(...scope);
      return {
        startSpan: (name, options, parent = context.active()) =>
          trace.getSpan(parent) === undefined && options?.kind !== SpanKind.CONSUMER
            ? trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
            : tracer.startSpan(nameOf(name), options, parent),
        startActiveSpan: (...args: unknown[]) => Reflect.apply(tracer.startActiveSpan, tracer, args) as never,
      };
    },
  };
}

import { context, INVALID_SPAN_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { activeContext } from '../tracing/context/active-context';
import { foreignTelemetry } from '../tracing/context/ambient-telemetry';
import { invocationIn } from '../tracing/context/linked-context';

/**
 * The registered provider for instrumentations: what they leave open ends with the invocation on the application's, as it does on our own.
 * Asked at each span, as an application can register one after the instrumentations were set up.
 */
export function endingProvider(provider: TracerProvider): TracerProvider {
  return {
    getTracer: (...scope): Tracer => {
      const tracer = provider.getTracer(...scope);
      return {
        startSpan(name: string, options?: SpanOptions, context: Context = activeContext()): Span {
          const span = tracer.startSpan(name, options, context);
          if (foreignTelemetry() !== undefined) invocationIn(context)?.open.addSpan(span);
          return span;
        },
        startActiveSpan: (...args: unknown[]) => Reflect.apply(tracer.startActiveSpan, tracer, args) as never,
      };
    },
  };
}

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

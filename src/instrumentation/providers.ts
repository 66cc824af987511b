import { context, INVALID_SPAN_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { activeContext } from '../tracing/context/active-context';
import { foreignTelemetry } from '../tracing/context/ambient-telemetry';
import { invocationIn } from '../tracing/context/linked-context';

/**
 * Wraps the registered provider so that spans that an instrumentation leaves open end with their invocation. Our own
 * provider does that itself, so it matters only for the application's provider. That can be registered later, so it is
 * checked for each span.
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
 * Wraps a provider for instrumentations without an option that requires a parent: it starts spans only as children of
 * the active span. Consumer spans are an exception, because their parent is in the message.
 *
 * @param nameOf converts the span name that the instrumentation chose
 */
export function childSpanProvider(
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

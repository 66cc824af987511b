import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api';
import { activeContext } from '../tracing/active-context';
import { invocationIn } from '../tracing/linked-context';

/** A provider of the application for instrumentations: what they leave open ends with the invocation, as it does on our own. */
export function endingProvider(provider: TracerProvider): TracerProvider {
  return {
    getTracer: (...scope): Tracer => {
      const tracer = provider.getTracer(...scope);
      return {
        startSpan(name: string, options?: SpanOptions, context: Context = activeContext()): Span {
          const span = tracer.startSpan(name, options, context);
          invocationIn(context)?.open.addSpan(span);
          return span;
        },
        startActiveSpan: (...args: unknown[]) => Reflect.apply(tracer.startActiveSpan, tracer, args) as never,
      };
    },
  };
}

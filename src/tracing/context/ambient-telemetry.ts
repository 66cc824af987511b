import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import type { Context, Span, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import { countError } from '../../diagnostics';
import { readField } from '../../safe-access';
import { SCOPE_NAME, VERSION } from '../../semconv';
import { SharedFlush } from '../telemetry/shared-flush';
import { state } from '../telemetry/state';
import type { FlushCause, Telemetry } from '../telemetry/telemetry';
import { activeContext, callIn } from './active-context';
import { invocationIn, spanIn } from './linked-context';

/** Telemetry that records spans with the tracer provider of the application. */
export class ProviderTelemetry implements Telemetry {
  readonly ownsResource = false;
  readonly tracer: Tracer;
  private readonly shared: SharedFlush;

  constructor(private readonly provider: TracerProvider & { forceFlush?: () => Promise<void> }) {
    this.tracer = provider.getTracer(SCOPE_NAME, VERSION);
    this.shared = new SharedFlush(
      async () => provider.forceFlush?.(),
      () => countError('forceFlush of the registered tracer provider failed or timed out'),
    );
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    return this.provider.getTracer(name, version, options);
  }

  startInvocation(name: string, options: SpanOptions, parent: Context): Span {
    return this.tracer.startSpan(name, options, parent);
  }

  startInvocationSnapshot(name: string, options: SpanOptions, parent: Context): Span {
    return this.tracer.startSpan(name, options, parent);
  }

  startCall(name: string, options: SpanOptions | undefined, context: Context): Span {
    return this.tracer.startSpan(name, options, context);
  }

  flush(timeoutMillis: number, cause?: FlushCause): Promise<void> {
    return this.shared.flush(timeoutMillis, cause);
  }
}

/**
 * The provider that does nothing. Each `ProxyTracerProvider` has this object as its delegate until one is registered.
 */
const NO_PROVIDER = new ProxyTracerProvider().getDelegate();
const NO_TRACER = NO_PROVIDER.getTracer(SCOPE_NAME);

/** Marks our tracer provider, for other copies of fc-traced in the process, whatever their version. */
const IS_OURS = Symbol.for('fc-traced tracer provider');

let lastForeign: { readonly provider: TracerProvider; readonly telemetry: Telemetry } | undefined;

/**
 * Returns the telemetry of the tracer provider that the application registered, or `undefined` if there is none or it
 * is ours, or that of another copy of fc-traced. The latter asks the active invocation, which may be ours, for its
 * telemetry: to use it as a destination would be endless recursion.
 */
export function foreignTelemetry(): Telemetry | undefined {
  const registered = trace.getTracerProvider();
  const provider = 'getDelegate' in registered ? (registered as ProxyTracerProvider).getDelegate() : registered;
  if (provider === NO_PROVIDER || readField(provider, IS_OURS) !== undefined) return undefined;
  if (lastForeign?.provider !== provider) lastForeign = { provider, telemetry: new ProviderTelemetry(provider) };
  return lastForeign.telemetry;
}

/** Registers our tracer provider if the application has none, so that spans of libraries become part of our traces. */
export function registerAmbientProvider(): void {
  const registered = trace.getTracerProvider();
  const isFree = 'getDelegate' in registered && (registered as ProxyTracerProvider).getDelegate() === NO_PROVIDER;
  if (isFree) trace.setGlobalTracerProvider(ambientProvider);
}

/** Returns the telemetry outside of invocations, or `undefined` if there is none. */
export function processTelemetry(): Telemetry | undefined {
  return state.fallback ?? foreignTelemetry();
}

/** Returns the telemetry of the invocation that `context` belongs to, or that of the process outside of invocations. */
export function telemetryIn(context: Context): Telemetry | undefined {
  const invocation = invocationIn(context);
  return invocation === undefined ? processTelemetry() : invocation.telemetry;
}

/**
 * Returns the telemetry for a call in `context`, or `undefined` if the call is not traced: there is no telemetry, or
 * its parent span is neither recorded nor sampled. Allocates nothing, because this is the whole cost of an untraced
 * call.
 */
export function telemetryOfCall(context: Context): Telemetry | undefined {
  const telemetry = telemetryIn(context);
  if (telemetry === undefined) return undefined;
  const parent = spanIn(context);
  if (parent === undefined || parent.isRecording() || (parent.spanContext().traceFlags & 1) === 1) return telemetry;
  // The parent has ended, and its trace may be kept.
  return state.buffers.get(parent.spanContext())?.isUndecided === true ? telemetry : undefined;
}

/** A tracer that uses the telemetry of the active context at each call, so that a singleton can keep it. */
class AmbientTracer implements Tracer {
  /** `endsSpans`: whether its open spans are ended together with the invocation. */
  constructor(
    private readonly tracerOf: (telemetry: Telemetry) => Tracer,
    private readonly endsSpans = false,
  ) {}

  startSpan(name: string, options?: SpanOptions, context: Context = activeContext()): Span {
    try {
      const telemetry = telemetryIn(context);
      const span = (telemetry === undefined ? NO_TRACER : this.tracerOf(telemetry)).startSpan(name, options, context);
      const open = invocationIn(context)?.open;
      if (this.endsSpans) open?.addSpan(span);
      else open?.watchSpan(span);
      return span;
    } catch {
      // The invocation may be of another version of fc-traced.
      countError(
        'a library could not start a span: a span processor threw, or the process has two versions of fc-traced',
      );
      return NO_TRACER.startSpan(name, options, context);
    }
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
    const fn = rest.pop() as F;
    const [options, parentContext] = rest as [SpanOptions | undefined, Context | undefined];
    const context = parentContext ?? activeContext();
    const span = this.startSpan(name, options, context);
    return callIn(trace.setSpan(context, span), fn, undefined, [span]) as ReturnType<F>;
  }
}

/** The tracer that `@InjectTracer()` injects. */
export const ambientTracer: Tracer = new AmbientTracer((telemetry) => telemetry.tracer);

/**
 * The tracer provider that is registered with the API, so that tracers of libraries use the active invocation. Spans
 * that a library leaves open are ended with the invocation, such as that of a response whose body is never read: a
 * missing span would separate its children from its parent.
 */
export const ambientProvider: TracerProvider & { readonly [IS_OURS]: true } = {
  [IS_OURS]: true,
  getTracer: (name: string, version?: string, options?: TracerOptions): Tracer =>
    new AmbientTracer((telemetry) => telemetry.getTracer(name, version, options), true),
};

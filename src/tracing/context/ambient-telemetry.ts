import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import type { Context, Span, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import { countError } from '../../diagnostics';
import { SCOPE_NAME, VERSION } from '../../semconv';
import { SharedFlush } from '../telemetry/shared-flush';
import { state } from '../telemetry/state';
import type { Telemetry } from '../telemetry/telemetry';
import { activeContext, callIn } from './active-context';
import { contextWithSpan, invocationIn, spanIn } from './linked-context';

/** The application's own provider, as what records an invocation. */
export class ProviderTelemetry implements Telemetry {
  readonly ownsResource = false;
  readonly tracer: Tracer;
  private readonly shared: SharedFlush;

  constructor(private readonly provider: TracerProvider & { forceFlush?: () => Promise<void> }) {
    this.tracer = provider.getTracer(SCOPE_NAME, VERSION);
    this.shared = new SharedFlush(
      async () => provider.forceFlush?.(),
      () => countError('the registered tracer provider failed or hung while it was flushed'),
    );
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    return this.provider.getTracer(name, version, options);
  }

  startInvocation(name: string, options: SpanOptions, parent: Context): Span {
    return this.tracer.startSpan(name, options, parent);
  }

  startCall(name: string, options: SpanOptions | undefined, context: Context): Span {
    return this.tracer.startSpan(name, options, context);
  }

  flush(timeoutMillis: number): Promise<void> {
    return this.shared.flush(timeoutMillis);
  }
}

/** What the API answers with where nobody registered a provider. */
const NO_PROVIDER = new ProxyTracerProvider().getDelegate();
const NO_TRACER = NO_PROVIDER.getTracer(SCOPE_NAME);

let lastForeign: { readonly provider: TracerProvider; readonly telemetry: Telemetry } | undefined;

/** The provider that the application registered with OpenTelemetry's API, as telemetry, or nothing: ours does not count. */
export function foreignTelemetry(): Telemetry | undefined {
  const registered = trace.getTracerProvider();
  const provider = 'getDelegate' in registered ? (registered as ProxyTracerProvider).getDelegate() : registered;
  if (provider === NO_PROVIDER || provider === ambientProvider) return undefined;
  if (lastForeign?.provider !== provider) lastForeign = { provider, telemetry: new ProviderTelemetry(provider) };
  return lastForeign.telemetry;
}

/** Registers our provider with OpenTelemetry's API, where the application has none: libraries' spans then join our traces. */
export function registerAmbientProvider(): void {
  const registered = trace.getTracerProvider();
  const isFree = 'getDelegate' in registered && (registered as ProxyTracerProvider).getDelegate() === NO_PROVIDER;
  if (isFree) trace.setGlobalTracerProvider(ambientProvider);
}

/** What records spans outside of any invocation; nothing when nothing does. */
export function processTelemetry(): Telemetry | undefined {
  return state.fallback ?? foreignTelemetry();
}

/** What records spans in `context`: the invocation's telemetry, else that of the process; nothing when nothing does. */
export function telemetryIn(context: Context): Telemetry | undefined {
  const invocation = invocationIn(context);
  return invocation === undefined ? processTelemetry() : invocation.telemetry;
}

/**
 * What records a call in `context`, or nothing when it is not to be traced: no SDK, or a parent that is neither recording nor
 * sampled. This is all that an untraced call costs, so it allocates nothing.
 */
export function telemetryOfCall(context: Context): Telemetry | undefined {
  const telemetry = telemetryIn(context);
  if (telemetry === undefined) return undefined;
  const parent = spanIn(context);
  if (parent === undefined || parent.isRecording() || (parent.spanContext().traceFlags & 1) === 1) return telemetry;
  return undefined;
}

/** A tracer that asks at each call which invocation is running, and so may be kept in a singleton. */
class AmbientTracer implements Tracer {
  /** `endsSpans`: whether its spans that are open when the invocation ends are ended then. */
  constructor(
    private readonly tracerOf: (telemetry: Telemetry) => Tracer,
    private readonly endsSpans = false,
  ) {}

  startSpan(name: string, options?: SpanOptions, context: Context = activeContext()): Span {
    const telemetry = telemetryIn(context);
    const span = (telemetry === undefined ? NO_TRACER : this.tracerOf(telemetry)).startSpan(name, options, context);
    if (this.endsSpans) invocationIn(context)?.open.addSpan(span);
    return span;
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
    const fn = rest.pop() as F;
    const [options, given] = rest as [SpanOptions | undefined, Context | undefined];
    const context = given ?? activeContext();
    const span = this.startSpan(name, options, context);
    return callIn(contextWithSpan(context, span), fn, undefined, [span]) as ReturnType<F>;
  }
}

/** The tracer that `@InjectTracer()` gives. */
export const ambientTracer: Tracer = new AmbientTracer((telemetry) => telemetry.tracer);

/**
 * Our provider as OpenTelemetry's API sees it: the tracers of libraries, too, follow the running invocation. A span that a library
 * leaves open, as that of a response whose body nobody reads, must not be missing between those below and above it.
 */
export const ambientProvider: TracerProvider = {
  getTracer: (name: string, version?: string, options?: TracerOptions): Tracer =>
    new AmbientTracer((telemetry) => telemetry.getTracer(name, version, options), true),
};

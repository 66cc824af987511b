import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import type { Context, Span, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import { SCOPE_NAME, VERSION } from '../version';
import { activeContext, callIn } from './active-context';
import { contextWithSpan, invocationIn } from './linked-context';
import { state } from './state';

/** What the API answers with where nobody registered a provider. */
const NO_PROVIDER = new ProxyTracerProvider().getDelegate();
const NO_TRACER = NO_PROVIDER.getTracer(SCOPE_NAME);

/** The provider that the application registered with OpenTelemetry's API, or nothing: ours does not count. */
export function foreignProvider(): TracerProvider | undefined {
  const registered = trace.getTracerProvider();
  const provider = 'getDelegate' in registered ? (registered as ProxyTracerProvider).getDelegate() : registered;
  return provider === NO_PROVIDER || provider === ambientProvider ? undefined : provider;
}

/** Registers our provider with OpenTelemetry's API, where the application has none: libraries' spans then join our traces. */
export function registerAmbientProvider(): void {
  const registered = trace.getTracerProvider();
  const isFree = 'getDelegate' in registered && (registered as ProxyTracerProvider).getDelegate() === NO_PROVIDER;
  if (isFree) trace.setGlobalTracerProvider(ambientProvider);
}

let lastProvider: TracerProvider | undefined;
let lastTracer: Tracer | undefined;

/** Our tracer from the application's provider. */
export function foreignTracer(): Tracer | undefined {
  const provider = foreignProvider();
  if (provider !== lastProvider) {
    lastProvider = provider;
    lastTracer = provider?.getTracer(SCOPE_NAME, VERSION);
  }
  return lastTracer;
}

/** The tracer that spans in `context` come from: the invocation's own, else that of the process; nothing when not recorded. */
export function tracerFor(context: Context): Tracer | undefined {
  const invocation = invocationIn(context);
  return invocation === undefined ? (state.fallbackTracer ?? foreignTracer()) : invocation.telemetry?.tracer;
}

/** A tracer that asks at each call which invocation is running, and so may be kept in a singleton. */
class AmbientTracer implements Tracer {
  constructor(private readonly find: (context: Context) => Tracer | undefined) {}

  startSpan(name: string, options?: SpanOptions, context: Context = activeContext()): Span {
    return (this.find(context) ?? NO_TRACER).startSpan(name, options, context);
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
export const ambientTracer: Tracer = new AmbientTracer(tracerFor);

/** Our provider as OpenTelemetry's API sees it: the tracers of libraries, too, follow the running invocation. */
export const ambientProvider: TracerProvider = {
  getTracer: (name: string, version?: string, options?: TracerOptions): Tracer =>
    new AmbientTracer((context) => invocationIn(context)?.telemetry?.getTracer(name, version, options) ?? (invocationIn(context) === undefined ? state.fallbackTracer : undefined)),
};

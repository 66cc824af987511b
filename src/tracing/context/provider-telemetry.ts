import type { Context, Span, SpanOptions, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api';
import { SCOPE_NAME, VERSION } from '../../version';
import { countAndTell } from '../../diagnostics';
import { SharedFlush } from '../telemetry/shared-flush';
import type { Telemetry } from '../telemetry/telemetry';

/** The application's own provider, as what records an invocation. */
export class ProviderTelemetry implements Telemetry {
  readonly ownsResource = false;
  readonly tracer: Tracer;
  private readonly shared: SharedFlush;

  constructor(private readonly provider: TracerProvider & { forceFlush?: () => Promise<void> }) {
    this.tracer = provider.getTracer(SCOPE_NAME, VERSION);
    this.shared = new SharedFlush(
      async () => provider.forceFlush?.(),
      () =>
        countAndTell(
          'fc_traced.telemetry_errors',
          1,
          'the registered tracer provider failed or hung while it was flushed',
        ),
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

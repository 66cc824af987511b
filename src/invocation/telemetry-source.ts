import type { ColdStart } from '../cold-start/cold-start';
import type { Config } from '../config/config';
import { isHttpUrl } from '../config/destination-options';
import { protocolOf } from '../config/environment';
import type { Endpoint } from '../config/environment';
import { countLoss, countMalformed, warnOnce } from '../diagnostics';
import { functionAttributes } from '../fc/attributes';
import type { FcContext } from '../fc/context';
import { INSTRUMENTATIONS } from '../instrumentation/registry';
import { readText } from '../safe-access';
import { SPAN_LOAD_TRACING } from '../semconv';
import { foreignTelemetry, registerAmbientProvider } from '../tracing/context/ambient-telemetry';
import { state } from '../tracing/telemetry/state';
import type { FlushCause, Telemetry } from '../tracing/telemetry/telemetry';

/** The destination of an invocation's spans, which is determined without loading the SDK. */
export type Destination =
  | { readonly kind: 'provider'; readonly telemetry: Telemetry }
  | { readonly kind: 'sdk'; readonly endpoint: Endpoint | undefined; readonly recorded: boolean };

/** How many endpoints keep their SDK setup. FC changes the endpoint rarely, when it renews a token. */
const MAX_ENDPOINTS = 4;

/** Selects, creates and caches the telemetry that records the invocations of one handler. */
export class TelemetrySource {
  /** SDK setups by endpoint, and the application's provider by itself. */
  private readonly cache = new Map<string | Telemetry, Telemetry>();
  private isPropagating = false;

  constructor(
    private readonly config: Config,
    private readonly coldStart: ColdStart,
  ) {}

  /**
   * The destination: the recorder of a test, the application's provider, or our SDK setup. `undefined` if there is
   * none.
   */
  destinationOf(context: FcContext): Destination | undefined {
    if (state.recorders.size > 0) return { kind: 'sdk', endpoint: undefined, recorded: true };
    if (this.config.disabled) return undefined;
    const foreign = foreignTelemetry();
    if (foreign !== undefined) return { kind: 'provider', telemetry: foreign };
    const endpoint = this.config.endpoint ?? this.endpointFrom(context);
    if (endpoint !== undefined || this.config.spanProcessors.length > 0) {
      return { kind: 'sdk', endpoint, recorded: false };
    }
    return undefined;
  }

  /**
   * Logs once why an invocation has no destination. Not called for the initializer, whose context may have no endpoint
   * although those of invocations have one.
   */
  warnNoDestination(): void {
    if (this.config.disabled) return;
    if (this.config.endpoint === undefined && !this.config.followsContext) {
      warnOnce('OTEL_TRACES_EXPORTER is none, so nothing is recorded');
    } else {
      warnOnce(
        'no endpoint is known, so nothing is recorded: enable tracing for the function, or set the option endpoint or OTEL_EXPORTER_OTLP_ENDPOINT',
      );
    }
  }

  /** Counts that the SDK could not be loaded or set up, and logs the reason once. */
  countLoadError(error: unknown): void {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    // Only the name of our own file: a path must not be logged.
    const missing =
      code === 'MODULE_NOT_FOUND'
        ? /^Cannot find module '\.\/(chunk-[\w-]+\.js)'/.exec(String(message))?.[1]
        : undefined;
    const reason =
      missing === undefined
        ? (require('./describe-cause') as typeof import('./describe-cause')).describeCause(error)
        : `the file ${missing} of fc-traced was not found; deploy all files of its folder dist, or bundle them`;
    countLoss(`the tracing SDK could not be loaded or set up: ${reason}`);
  }

  /** The telemetry for a destination. Loads the SDK when it is needed for the first time. */
  telemetryFor(destination: Destination, context: FcContext): Telemetry {
    const key =
      destination.kind === 'provider'
        ? destination.telemetry
        : `${destination.recorded} ${destination.endpoint?.protocol} ${destination.endpoint?.url}`;
    const cached = this.cache.get(key);
    if (cached !== undefined) return cached;
    const telemetry =
      destination.kind === 'provider'
        ? destination.telemetry
        : this.coldStart.measure(SPAN_LOAD_TRACING, () => this.loadSdk(destination, context));
    this.evictOldest();
    this.cache.set(key, telemetry);
    this.setUpInstrumentations(this.config.instrumentations);
    return telemetry;
  }

  /**
   * Enables propagation in invocations that are not recorded: otherwise the services that they call would make a
   * sampling decision of their own. Sets up only the instrumentations of outgoing requests, and does not load the SDK.
   * Failures are counted.
   */
  enablePropagation(): void {
    if (this.isPropagating || this.config.disabled) return;
    this.isPropagating = true;
    this.setUpInstrumentations(
      this.config.instrumentations.filter((item) => typeof item === 'object' || INSTRUMENTATIONS[item].propagates),
    );
  }

  /** Exports the remaining spans in a lifecycle hook. Never rejects. */
  async flush(timeoutMillis: number, cause: FlushCause): Promise<void> {
    await Promise.all([...this.cache.values()].map((telemetry) => telemetry.flush(timeoutMillis, cause)));
  }

  private endpointFrom(context: FcContext): Endpoint | undefined {
    const url = this.config.followsContext ? readText(context, 'tracing', 'jaegerEndpoint') : undefined;
    if (url === undefined) return undefined;
    if (isHttpUrl(url)) return { url, protocol: protocolOf(url) ?? this.config.protocol ?? 'jaeger' };
    countMalformed(1, 'context.tracing.jaegerEndpoint is not an http or https URL and was ignored');
    return undefined;
  }

  private loadSdk({ endpoint, recorded }: Extract<Destination, { kind: 'sdk' }>, context: FcContext): Telemetry {
    // The only place that loads the SDK: when the first invocation is recorded, or in the initializer.
    const { SdkTelemetry } = require('../export/sdk-telemetry') as typeof import('../export/sdk-telemetry');
    const telemetry = new SdkTelemetry({
      config: this.config,
      endpoint,
      functionAttributes: functionAttributes(context, this.config.instance),
      ...(recorded && { recorders: state.recorders }),
    });
    registerAmbientProvider();
    if (!recorded) state.fallback = telemetry;
    return telemetry;
  }

  private setUpInstrumentations(list: Config['instrumentations']): void {
    if (list.length === 0) return;
    const { ensurePropagator } = require('../propagation/propagator') as typeof import('../propagation/propagator');
    ensurePropagator();
    const { registerInstrumentations } =
      require('../instrumentation/register-instrumentations') as typeof import('../instrumentation/register-instrumentations');
    registerInstrumentations(list);
  }

  private evictOldest(): void {
    const [oldest] = this.cache;
    if (oldest === undefined || this.cache.size < MAX_ENDPOINTS) return;
    this.cache.delete(oldest[0]);
    const [, telemetry] = oldest;
    void (telemetry.retire?.(this.config.exportTimeoutMillis) ?? telemetry.flush(this.config.exportTimeoutMillis));
  }
}

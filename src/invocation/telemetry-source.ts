import type { ColdStart } from '../cold-start/cold-start';
import type { Config } from '../config/config';
import { protocolOf } from '../config/environment';
import type { Endpoint } from '../config/environment';
import { isHttpUrl } from '../config/options';
import { countError, countMalformed, warnOnce } from '../diagnostics';
import { functionAttributes } from '../fc/attributes';
import type { FcContext } from '../fc/context';
import { INSTRUMENTATIONS } from '../instrumentation/registry';
import { readText } from '../safe-access';
import { foreignTelemetry, registerAmbientProvider } from '../tracing/context/ambient-telemetry';
import { state } from '../tracing/telemetry/state';
import type { Telemetry } from '../tracing/telemetry/telemetry';

/** Where the spans of an invocation would go. Found out without loading anything. */
export type Destination =
  | { readonly kind: 'provider'; readonly telemetry: Telemetry }
  | { readonly kind: 'sdk'; readonly endpoint: Endpoint | undefined; readonly recorded: boolean };

/** Endpoints whose set-up is kept; FC changes them rarely, when a token is renewed. */
const MAX_ENDPOINTS = 4;

/** Chooses, makes and keeps what records the invocations of one handler. */
export class TelemetrySource {
  /** Our own set-ups by endpoint, and the application's provider under itself. */
  private readonly made = new Map<string | Telemetry, Telemetry>();
  private passesOn = false;

  constructor(
    private readonly config: Config,
    private readonly coldStart: ColdStart,
  ) {}

  /** Where spans would go: to a test's recorder, the application's provider, our SDK set-up; nothing when nowhere. */
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

  /** Says why an invocation has no destination. Not of the initializer: that its context names no endpoint says nothing about those of the invocations. */
  tellNowhere(): void {
    if (this.config.disabled) return;
    if (this.config.endpoint === undefined && !this.config.followsContext) {
      warnOnce('OTEL_TRACES_EXPORTER is none, so nothing is recorded');
    } else {
      warnOnce(
        'no endpoint is known, so nothing is recorded: switch tracing on for the function, or set the option endpoint or OTEL_EXPORTER_OTLP_ENDPOINT',
      );
    }
  }

  /** Counts that the SDK could not be loaded or set up, and says what is missing, if that is it. */
  countNotLoaded(error: unknown): void {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    // The name of a package alone: a path would say where a file lies.
    const missing =
      code === 'MODULE_NOT_FOUND' ? /^Cannot find module '([@\w][^']*)'/.exec(String(message))?.[1] : undefined;
    const why =
      missing === undefined
        ? '; is @opentelemetry/exporter-jaeger part of a bundle, where it finds no file of its own, or does a span processor throw?'
        : `: the package ${missing} is not there; it belongs into node_modules, also beside a bundle`;
    countError(`the tracing SDK could not be loaded or set up${why}`);
  }

  /** The set-up for a destination; loads the SDK when it is the first that needs it. */
  telemetryFor(destination: Destination, context: FcContext): Telemetry {
    const key =
      destination.kind === 'provider'
        ? destination.telemetry
        : `${destination.recorded} ${destination.endpoint?.protocol} ${destination.endpoint?.url}`;
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const telemetry =
      destination.kind === 'provider'
        ? destination.telemetry
        : this.coldStart.measure('load tracing', () => this.loadSdk(destination, context));
    this.forgetOldest();
    this.made.set(key, telemetry);
    this.setUpInstrumentations(this.config.instrumentations);
    return telemetry;
  }

  /**
   * Has the requests of an invocation that is not recorded carry its trace: otherwise those whom it calls would decide anew what is
   * sampled. Loads no SDK, and nothing at all but for instrumentations that make requests. What fails is counted.
   */
  passOn(): void {
    if (this.passesOn || this.config.disabled) return;
    this.passesOn = true;
    this.setUpInstrumentations(
      this.config.instrumentations.filter((item) => typeof item === 'object' || INSTRUMENTATIONS[item].propagates),
    );
  }

  /** Delivers what every set-up still holds, in a lifecycle hook. Never rejects. */
  async flush(timeoutMillis: number): Promise<void> {
    await Promise.all([...this.made.values()].map((telemetry) => telemetry.flush(timeoutMillis, true)));
  }

  private endpointFrom(context: FcContext): Endpoint | undefined {
    const url = this.config.followsContext ? readText(context, 'tracing', 'jaegerEndpoint') : undefined;
    if (url === undefined) return undefined;
    if (isHttpUrl(url)) return { url, protocol: protocolOf(url) ?? this.config.protocol ?? 'jaeger' };
    countMalformed(1, 'context.tracing.jaegerEndpoint is not an http or https URL and is left out');
    return undefined;
  }

  private loadSdk({ endpoint, recorded }: Extract<Destination, { kind: 'sdk' }>, context: FcContext): Telemetry {
    // The one door to the SDK: nothing of it is loaded before a first invocation is recorded, or `initialize` says one will be.
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

  private forgetOldest(): void {
    const [oldest] = this.made;
    if (oldest === undefined || this.made.size < MAX_ENDPOINTS) return;
    this.made.delete(oldest[0]);
    void oldest[1].flush(this.config.exportTimeoutMillis);
  }
}

import type { Attributes } from '@opentelemetry/api';
import { FcTracedError } from '../errors';
import type { ExporterVariables, Protocol } from '../export/exporters/exporters';
import type { SpanProcessor } from '../export/sdk';
import { instanceFacts } from '../fc/attributes';
import type { InstanceFacts } from '../fc/attributes';
import {
  FC_FUNC_CODE_PATH,
  OTEL_EXPORTER_OTLP_PROTOCOL,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
  OTEL_SDK_DISABLED,
  OTEL_SERVICE_NAME,
  OTEL_TRACES_EXPORTER,
} from '../environment-variables';
import { fullUrlOf } from './destination-options';
import {
  endpointFromEnvironment,
  exceptionSignalFrom,
  filled,
  listenPortFrom,
  logLevelFrom,
  PROTOCOLS,
  protocolOf,
  ratioFromEnvironment,
  ratiosFromEnvironment,
  slowestModulesFrom,
  timeoutFromEnvironment,
} from './environment';
import type { Endpoint, Environment } from './environment';
import { exporterVariablesFrom } from './exporter-variables';
import type { KeepRules } from './keep-rules';
import type { HandlerOptions, SampleRatio } from './options';

/** The ratios of new traces that are recorded, 0 to 1. */
export interface SampleRatios {
  /** The function of the option, asked first. */
  readonly of: Extract<SampleRatio, (...args: never[]) => unknown> | undefined;
  /** By trigger. `default` is the ratio of all other triggers, and of traces outside of invocations. */
  readonly byTrigger: Readonly<Record<string, number>> & { readonly default: number };
}

/** The configuration of a handler, resolved once from its options and the environment. */
export interface Config {
  /** The endpoint from options or environment, or `undefined` if FC's context sets it. */
  readonly endpoint: Endpoint | undefined;
  /** Whether FC's context may set the endpoint. */
  readonly followsContext: boolean;
  /** The protocol to use if the URL does not determine it. */
  readonly protocol: Protocol | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly exportTimeoutMillis: number;
  readonly flushTimeoutMillis: number;
  /** When spans are delivered. */
  readonly delivery: NonNullable<HandlerOptions['delivery']>;
  /** The most spans and bytes that wait for delivery. */
  readonly queueLimitSpans: number;
  readonly queueLimitBytes: number;
  readonly variables: ExporterVariables;
  readonly deadlineMarginMillis: number | undefined;
  /** The ratios of new traces. */
  readonly sampleRatio: SampleRatios;
  /** The rules by which traces that are not sampled are kept; `undefined` if there are none. */
  readonly keep: KeepRules | undefined;
  readonly serviceName: string | undefined;
  readonly resource: Attributes;
  readonly spanProcessors: readonly SpanProcessor[];
  readonly instrumentations: NonNullable<HandlerOptions['instrumentations']>;
  /** Baggage keys that become span attributes. */
  readonly baggageAttributes: readonly string[];
  /** How exceptions are recorded. */
  readonly exceptionSignal: 'events' | 'logs' | 'both';
  /** The `diag` log level to print at, unless the application has registered a `diag` logger. */
  readonly logLevel: number | undefined;
  readonly disabled: boolean;
  /** Whether the trace of a cold start has spans for the time before the invocation. */
  readonly coldStart: boolean;
  readonly instance: InstanceFacts;
  /** One message for each environment variable whose value is not usable, to be logged through `diag`. */
  readonly warnings: readonly string[];
}

const DEFAULT_FLUSH_TIMEOUT_MILLIS = 1_000;
const DEFAULT_QUEUE_LIMIT_SPANS = 32_768;
const DEFAULT_QUEUE_LIMIT_BYTES = 16_777_216;

function endpointFromCode(options: HandlerOptions): Endpoint | undefined {
  if (options.endpoint === undefined) return undefined;
  const protocol = options.protocol ?? protocolOf(options.endpoint);
  if (protocol === undefined) {
    throw new FcTracedError(
      'INVALID_OPTION',
      `The protocol cannot be derived from the path of option "endpoint": ${fullUrlOf(options.endpoint) ?? 'set option "protocol" to "otlp" or "jaeger".'}`,
    );
  }
  return { url: options.endpoint, protocol };
}

/** For each trigger, the option precedes `TRACED_SAMPLE_RATIO`, and that precedes OpenTelemetry's variables. */
function sampleRatios(option: SampleRatio | undefined, env: Environment, warnings: string[]): SampleRatios {
  if (typeof option === 'number') return { of: undefined, byTrigger: { default: option } };
  const fallback = { default: ratioFromEnvironment(env, warnings), ...ratiosFromEnvironment(env, warnings) };
  if (typeof option === 'function') return { of: option, byTrigger: fallback };
  const given = Object.fromEntries(Object.entries(option ?? {}).filter(([, ratio]) => ratio !== undefined));
  const { default: ratio } = given;
  return { of: undefined, byTrigger: ratio === undefined ? { ...fallback, ...given } : { ...given, default: ratio } };
}

/**
 * Merges checked options with the environment. This file is the only one that reads `process.env`.
 *
 * Reads `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_EXPORTER` (`otlp`, `jaeger`, `none`),
 * `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`, `TRACED_SAMPLE_RATIO`, `OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT`, `_PROTOCOL` and `_TIMEOUT`,
 * `OTEL_EXPORTER_JAEGER_ENDPOINT`, `OTEL_LOG_LEVEL` and `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` (`logs`, `logs/dup`).
 * Reads those for headers, compression and certificates, which exporters use. The SDK reads those for span limits itself.
 * Specification: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function resolveConfig(options: HandlerOptions, env: Environment = process.env): Config {
  const warnings: string[] = [];
  const wanted = filled(env, OTEL_TRACES_EXPORTER);
  const protocolFromEnvironment = PROTOCOLS.find((protocol) => protocol === wanted);
  if (wanted !== undefined && wanted !== 'none' && protocolFromEnvironment === undefined) {
    warnings.push(
      `OTEL_TRACES_EXPORTER names an unknown exporter (known: ${PROTOCOLS.join(', ')}, none) and is ignored`,
    );
  }
  const otlpProtocol = [filled(env, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL), filled(env, OTEL_EXPORTER_OTLP_PROTOCOL)].find(
    (name) => name !== undefined,
  );
  if (otlpProtocol !== undefined && otlpProtocol !== 'http/protobuf') {
    warnings.push(
      'OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf, the only OTLP protocol of fc-traced, and is ignored',
    );
  }
  const endpoint =
    endpointFromCode(options) ??
    (wanted === 'none'
      ? undefined
      : endpointFromEnvironment(env, options.protocol ?? protocolFromEnvironment, warnings));
  slowestModulesFrom(env, warnings);
  const flushTimeoutMillis = options.flushTimeoutMillis ?? DEFAULT_FLUSH_TIMEOUT_MILLIS;
  return Object.freeze({
    endpoint,
    followsContext: endpoint === undefined && wanted !== 'none',
    protocol: options.protocol ?? protocolFromEnvironment,
    headers: options.headers ?? {},
    exportTimeoutMillis:
      options.exportTimeoutMillis ??
      timeoutFromEnvironment(env, warnings) ??
      Math.max(flushTimeoutMillis, DEFAULT_FLUSH_TIMEOUT_MILLIS),
    flushTimeoutMillis,
    delivery: options.delivery ?? 'auto',
    queueLimitSpans: options.queueLimitSpans ?? DEFAULT_QUEUE_LIMIT_SPANS,
    queueLimitBytes: options.queueLimitBytes ?? DEFAULT_QUEUE_LIMIT_BYTES,
    variables: exporterVariablesFrom(env),
    deadlineMarginMillis: options.deadlineMarginMillis,
    sampleRatio: sampleRatios(options.sampleRatio, env, warnings),
    keep: options.keep && (require('./keep-rules') as typeof import('./keep-rules')).keepRules(options.keep),
    serviceName: options.serviceName ?? filled(env, OTEL_SERVICE_NAME),
    resource: options.resourceAttributes ?? {},
    spanProcessors: options.spanProcessors ?? [],
    instrumentations: options.instrumentations ?? [],
    baggageAttributes: options.baggageAttributes ?? [],
    exceptionSignal: exceptionSignalFrom(env),
    logLevel: logLevelFrom(env),
    disabled: filled(env, OTEL_SDK_DISABLED)?.toLowerCase() === 'true',
    coldStart: options.coldStartSpans ?? true,
    instance: instanceFacts((name) => filled(env, name)),
    warnings,
  });
}

/** Returns the port that a custom runtime listens on, with a warning for each variable whose value is not usable. */
export function listenPort(env: Environment = process.env): {
  readonly port: number;
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  return { port: listenPortFrom(env, warnings), warnings };
}

/**
 * Returns how many of the slowest modules the trace of a cold start shows. Read while modules load, before options
 * exist.
 */
export function slowestModules(env: Environment = process.env): number {
  return slowestModulesFrom(env, []);
}

/** Returns the folder of the program's code. */
export function codeFolder(env: Environment = process.env): string {
  return filled(env, FC_FUNC_CODE_PATH) ?? process.cwd();
}

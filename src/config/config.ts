import type { Attributes } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { FcTracedError } from '../errors';
import type { Protocol } from '../export/exporters/exporters';
import { instanceFacts } from '../fc/attributes';
import type { InstanceFacts } from '../fc/attributes';
import {
  FC_FUNC_CODE_PATH,
  OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_EXPORTER_OTLP_PROTOCOL,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
  OTEL_SDK_DISABLED,
  OTEL_SERVICE_NAME,
  OTEL_TRACES_EXPORTER,
} from '../semconv';
import {
  endpointFromEnvironment,
  exceptionSignalFrom,
  filled,
  listenPortFrom,
  logLevelFrom,
  PROTOCOLS,
  protocolOf,
  ratioFromEnvironment,
  slowestModulesFrom,
  timeoutFromEnvironment,
} from './environment';
import type { Endpoint, Environment } from './environment';
import type { HandlerOptions } from './options';

/** Options and environment, brought together once. */
export interface Config {
  /** From code or environment; nothing means: as FC's context says. */
  readonly endpoint: Endpoint | undefined;
  /** Whether FC's context may name the endpoint. */
  readonly followsContext: boolean;
  /** The protocol where a URL cannot tell. */
  readonly protocol: Protocol | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly exportTimeoutMillis: number;
  readonly flushTimeoutMillis: number;
  /** 0 to 1. */
  readonly sampleRatio: number;
  readonly serviceName: string | undefined;
  readonly resource: Attributes;
  readonly spanProcessors: readonly SpanProcessor[];
  readonly instrumentations: NonNullable<HandlerOptions['instrumentations']>;
  /** Keys of baggage that become attributes. */
  readonly baggageAttributes: readonly string[];
  /** How exceptions are recorded. */
  readonly exceptionSignal: 'events' | 'logs' | 'both';
  /** From which level on `diag` is printed, where the application has no logger for it. */
  readonly logLevel: number | undefined;
  readonly disabled: boolean;
  /** Whether a cold call's trace shows where the time before it went. */
  readonly coldStart: boolean;
  readonly instance: InstanceFacts;
  /** What in the environment could not be used; for `diag`. */
  readonly warnings: readonly string[];
}

const DEFAULT_FLUSH_TIMEOUT_MILLIS = 1_000;

function endpointFromCode(options: HandlerOptions): Endpoint | undefined {
  if (options.endpoint === undefined) return undefined;
  const protocol = options.protocol ?? protocolOf(options.endpoint);
  if (protocol === undefined) {
    throw new FcTracedError(
      'INVALID_OPTION',
      'The path of option "endpoint" does not tell its protocol: add the option protocol: "otlp" or protocol: "jaeger".',
    );
  }
  return { url: options.endpoint, protocol };
}

/**
 * Brings checked options and the process's environment together. The only reader of `process.env`.
 *
 * Understands `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_EXPORTER` (`otlp`, `jaeger`, `none`), `OTEL_TRACES_SAMPLER`,
 * `OTEL_TRACES_SAMPLER_ARG`, `OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT` and `_TIMEOUT`, `OTEL_EXPORTER_JAEGER_ENDPOINT`, `OTEL_LOG_LEVEL`,
 * `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` (`logs`, `logs/dup`); the SDK and the exporters read further ones (headers, compression, span limits) themselves.
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
  const grpc = [filled(env, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL), filled(env, OTEL_EXPORTER_OTLP_PROTOCOL)].find(
    (name) => name !== undefined,
  );
  if (grpc !== undefined && grpc !== 'http/protobuf') {
    warnings.push(
      'OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf, the one OTLP form that fc-traced sends; it is left out',
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
    sampleRatio: options.sampleRatio ?? ratioFromEnvironment(env, warnings),
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

/** The port that a custom runtime listens on, and what was wrong with the variables that say so. */
export function listenPort(env: Environment = process.env): {
  readonly port: number;
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  return { port: listenPortFrom(env, warnings), warnings };
}

/** How many of the slowest modules a cold call's trace shows. Asked for before any option is known: modules are being loaded. */
export function slowestModules(env: Environment = process.env): number {
  return slowestModulesFrom(env, []);
}

/** Where the program's own files are. */
export function codeFolder(env: Environment = process.env): string {
  return filled(env, FC_FUNC_CODE_PATH) ?? process.cwd();
}

/**
 * Runs `make` with the endpoint variables hidden: OpenTelemetry's exporter reads them although it is given a URL, and prints
 * what it cannot parse of them, a token included.
 */
export function withoutEndpointVariables<T>(make: () => T): T {
  const names = [OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT];
  const kept = names.map((name) => [name, process.env[name]] as const);
  try {
    for (const name of names) delete process.env[name];
    return make();
  } finally {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
  }
}

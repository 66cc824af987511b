import type { Attributes } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { FcTracedError } from './errors';
import { isHttpUrl } from './options';
import type { HandlerOptions } from './options';

/** How spans travel. */
export type Protocol = 'otlp' | 'jaeger';

/** Where spans go. The URL holds a token: it is never printed. */
export interface Endpoint {
  readonly url: string;
  readonly protocol: Protocol;
}

/** What an instance of FC knows of itself from its environment. */
export interface InstanceFacts {
  readonly functionName?: string;
  readonly functionVersion?: string;
  readonly qualifier?: string;
  readonly instanceId?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly memoryMb?: string;
}

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
  /** How exceptions are recorded. */
  readonly exceptionSignal: 'events' | 'logs' | 'both';
  readonly disabled: boolean;
  readonly instance: InstanceFacts;
  /** What in the environment could not be used; for `diag`. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_FLUSH_TIMEOUT = 1_000;

/** Tells the protocol from a URL's path: `…/api/traces` is Jaeger, `…/api/otlp/traces` and `…/v1/traces` are OTLP. */
export function protocolOf(url: string): Protocol | undefined {
  const { pathname } = new URL(url);
  if (/\/(?:api\/otlp\/traces|v1\/traces)\/?$/.test(pathname)) return 'otlp';
  return /\/api\/traces\/?$/.test(pathname) ? 'jaeger' : undefined;
}

function filled(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

function ratioFromEnvironment(env: Environment, warnings: string[]): number {
  const sampler = filled(env, 'OTEL_TRACES_SAMPLER')?.toLowerCase().replace(/^parentbased_/, '');
  if (sampler === undefined || sampler === 'always_on') return 1;
  if (sampler === 'always_off') return 0;
  if (sampler !== 'traceidratio') {
    warnings.push('OTEL_TRACES_SAMPLER names an unknown sampler; new traces are all recorded');
    return 1;
  }
  const given = filled(env, 'OTEL_TRACES_SAMPLER_ARG');
  const ratio = given === undefined ? 1 : Number(given);
  if (ratio >= 0 && ratio <= 1) return ratio;
  warnings.push('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1; new traces are all recorded');
  return 1;
}

/** A base address with a path behind its own, in front of a query. */
function withPath(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
  return url.href;
}

function endpointFromEnvironment(env: Environment, exporter: Protocol | undefined, warnings: string[]): Endpoint | undefined {
  const candidates: readonly (readonly [name: string, protocol: Protocol, suffix: string])[] = [
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'otlp', ''],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'otlp', 'v1/traces'],
    ['OTEL_EXPORTER_JAEGER_ENDPOINT', 'jaeger', ''],
  ];
  const wanted = exporter ?? filled(env, 'OTEL_TRACES_EXPORTER');
  for (const [name, protocol, suffix] of candidates) {
    const base = filled(env, name);
    if (base === undefined || (wanted === 'jaeger' && protocol !== 'jaeger') || (wanted === 'otlp' && protocol !== 'otlp')) continue;
    if (isHttpUrl(base)) return { url: suffix === '' ? base : withPath(base, suffix), protocol };
    warnings.push(`${name} is not an http or https URL and is left out`);
  }
  return undefined;
}

function endpointFromCode(options: HandlerOptions): Endpoint | undefined {
  if (options.endpoint === undefined) return undefined;
  const protocol = options.exporter ?? protocolOf(options.endpoint);
  if (protocol === undefined) {
    throw new FcTracedError('INVALID_OPTION', 'The path of option "endpoint" does not tell its protocol: add the option exporter: "otlp" or exporter: "jaeger".');
  }
  return { url: options.endpoint, protocol };
}

function timeoutFromEnvironment(env: Environment, warnings: string[]): number | undefined {
  for (const name of ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT']) {
    const value = filled(env, name);
    if (value === undefined) continue;
    if (Number(value) > 0 && Number.isFinite(Number(value))) return Number(value);
    warnings.push(`${name} is not a number of milliseconds and is left out`);
  }
  return undefined;
}

function exceptionSignalFrom(env: Environment): Config['exceptionSignal'] {
  const wanted = filled(env, 'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN')?.split(',').map((item) => item.trim()) ?? [];
  return wanted.includes('logs/dup') ? 'both' : wanted.includes('logs') ? 'logs' : 'events';
}

function instanceFacts(env: Environment): InstanceFacts {
  return Object.freeze({
    functionName: filled(env, 'FC_FUNCTION_NAME'),
    functionVersion: filled(env, 'FC_FUNCTION_VERSION') ?? filled(env, 'FC_VER_ID'),
    qualifier: filled(env, 'FC_QUALIFIER'),
    instanceId: filled(env, 'FC_INSTANCE_ID'),
    region: filled(env, 'FC_REGION'),
    accountId: filled(env, 'FC_ACCOUNT_ID'),
    memoryMb: filled(env, 'FC_FUNCTION_MEMORY_SIZE'),
  });
}

/**
 * Brings checked options and the process's environment together. The only reader of `process.env`.
 *
 * Understands `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_EXPORTER` (`otlp`, `jaeger`, `none`), `OTEL_TRACES_SAMPLER`,
 * `OTEL_TRACES_SAMPLER_ARG`, `OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT` and `_TIMEOUT`, `OTEL_EXPORTER_JAEGER_ENDPOINT`, `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` (`logs`, `logs/dup`); the SDK and
 * the exporters read further ones (headers, compression, span limits) themselves.
 * Specification: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function resolveConfig(options: HandlerOptions, env: Environment = process.env): Config {
  const warnings: string[] = [];
  const wanted = filled(env, 'OTEL_TRACES_EXPORTER');
  if (wanted !== undefined && !['otlp', 'jaeger', 'none'].includes(wanted)) warnings.push('OTEL_TRACES_EXPORTER names an unknown exporter (known: otlp, jaeger, none) and is left out');
  const grpc = [filled(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'), filled(env, 'OTEL_EXPORTER_OTLP_PROTOCOL')].find((name) => name !== undefined);
  if (grpc !== undefined && grpc !== 'http/protobuf') warnings.push('OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf, the one OTLP form that fc-traced sends; it is left out');
  const endpoint = endpointFromCode(options) ?? (wanted === 'none' ? undefined : endpointFromEnvironment(env, options.exporter, warnings));
  const flushTimeoutMillis = options.flushTimeout ?? DEFAULT_FLUSH_TIMEOUT;
  return Object.freeze({
    endpoint,
    followsContext: endpoint === undefined && wanted !== 'none',
    protocol: options.exporter ?? (wanted === 'otlp' || wanted === 'jaeger' ? wanted : undefined),
    headers: options.headers ?? {},
    exportTimeoutMillis: options.exportTimeout ?? timeoutFromEnvironment(env, warnings) ?? Math.max(flushTimeoutMillis, DEFAULT_FLUSH_TIMEOUT),
    flushTimeoutMillis,
    sampleRatio: options.sampleRate === undefined ? ratioFromEnvironment(env, warnings) : options.sampleRate / 100,
    serviceName: options.serviceName ?? filled(env, 'OTEL_SERVICE_NAME'),
    resource: options.resource ?? {},
    spanProcessors: options.spanProcessors ?? [],
    exceptionSignal: exceptionSignalFrom(env),
    disabled: filled(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    instance: instanceFacts(env),
    warnings,
  });
}

/**
 * Runs `make` with the endpoint variables hidden: OpenTelemetry's exporter reads them although it is given a URL, and prints
 * what it cannot parse of them, a token included.
 */
export function withoutEndpointVariables<T>(make: () => T): T {
  const names = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const kept = names.map((name) => [name, process.env[name]] as const);
  try {
    for (const name of names) delete process.env[name];
    return make();
  } finally {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
  }
}

import { EXPORTERS } from '../export/exporters/exporters';
import type { Protocol } from '../export/exporters/exporters';
import {
  FC_CUSTOM_LISTEN_PORT,
  FC_SERVER_PORT,
  OTEL_EXPORTER_OTLP_TIMEOUT,
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT,
  OTEL_LOG_LEVEL,
  OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN,
  OTEL_TRACES_SAMPLER,
  OTEL_TRACES_SAMPLER_ARG,
  TRACED_SAMPLE_RATIO,
  TRACED_SLOWEST_MODULES,
} from '../environment-variables';
import { isHttpUrl } from './destination-options';

/** Where spans are sent. The URL may contain a token, so it is never printed. */
export interface Endpoint {
  readonly url: string;
  readonly protocol: Protocol;
}

/** Environment variables, in the form of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The levels of OTEL_LOG_LEVEL, as OpenTelemetry's `DiagLogLevel`. */
const LOG_LEVELS: Readonly<Record<string, number>> = {
  none: 0,
  error: 30,
  warn: 50,
  info: 60,
  debug: 70,
  verbose: 80,
  all: 9_999,
};

/** Returns the value of a variable, or `undefined` if it is unset or blank. */
export function filled(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/** Returns the ratios of new traces that `TRACED_SAMPLE_RATIO` sets, by trigger. */
export function ratiosFromEnvironment(env: Environment, warnings: string[]): Readonly<Record<string, number>> {
  const given = filled(env, TRACED_SAMPLE_RATIO);
  if (given === undefined) return {};
  return (require('./sample-ratio') as typeof import('./sample-ratio')).parseSampleRatio(given, warnings);
}

/** Returns the ratio of new traces that OpenTelemetry's variables set, 0 to 1. */
export function ratioFromEnvironment(env: Environment, warnings: string[]): number {
  const sampler = filled(env, OTEL_TRACES_SAMPLER)
    ?.toLowerCase()
    .replace(/^parentbased_/, '');
  if (sampler === undefined || sampler === 'always_on') return 1;
  if (sampler === 'always_off') return 0;
  if (sampler !== 'traceidratio') {
    warnings.push('OTEL_TRACES_SAMPLER names an unknown sampler; all new traces are recorded');
    return 1;
  }
  const given = filled(env, OTEL_TRACES_SAMPLER_ARG);
  const ratio = given === undefined ? 1 : Number(given);
  if (ratio >= 0 && ratio <= 1) return ratio;
  warnings.push('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1; all new traces are recorded');
  return 1;
}

/** Appends a path to that of a base URL and keeps the query. */
function withPath(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
  return url.href;
}

/** The names of the supported protocols. */
export const PROTOCOLS = Object.keys(EXPORTERS) as readonly Protocol[];

/**
 * Returns the protocol for the path of a URL: Jaeger for `…/api/traces`, OTLP for `…/api/otlp/traces` and
 * `…/v1/traces`.
 */
export function protocolOf(url: string): Protocol | undefined {
  const { pathname } = new URL(url);
  return PROTOCOLS.find((protocol) => EXPORTERS[protocol].path.test(pathname));
}

/**
 * Returns the endpoint from the environment. Variables for traces precede those for all signals, and OTLP precedes
 * Jaeger.
 */
export function endpointFromEnvironment(
  env: Environment,
  wanted: Protocol | undefined,
  warnings: string[],
): Endpoint | undefined {
  for (const protocol of PROTOCOLS) {
    if (wanted !== undefined && wanted !== protocol) continue;
    for (const { name, suffix } of EXPORTERS[protocol].endpointVariables) {
      const base = filled(env, name);
      if (base === undefined) continue;
      if (isHttpUrl(base)) return { url: suffix === undefined ? base : withPath(base, suffix), protocol };
      warnings.push(`${name} is not an http or https URL and is ignored`);
    }
  }
  return undefined;
}

/** Returns the timeout of an export in milliseconds. */
export function timeoutFromEnvironment(env: Environment, warnings: string[]): number | undefined {
  for (const name of [OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, OTEL_EXPORTER_OTLP_TIMEOUT]) {
    const value = filled(env, name);
    if (value === undefined) continue;
    if (Number(value) > 0 && Number.isFinite(Number(value))) return Number(value);
    warnings.push(`${name} is not a positive number of milliseconds and is ignored`);
  }
  return undefined;
}

/** Returns how many of the slowest modules to show, 0 to 100. */
export function slowestModulesFrom(env: Environment, warnings: string[]): number {
  const given = filled(env, TRACED_SLOWEST_MODULES);
  if (given === undefined) return 0;
  if (/^\d{1,3}$/.test(given) && Number(given) <= 100) return Number(given);
  warnings.push('TRACED_SLOWEST_MODULES is not an integer from 0 to 100 and is ignored');
  return 0;
}

/**
 * Returns the port that a custom runtime listens on: FC_SERVER_PORT, then FC_CUSTOM_LISTEN_PORT if valid, else 9000.
 */
export function listenPortFrom(env: Environment, warnings: string[]): number {
  for (const name of [FC_SERVER_PORT, FC_CUSTOM_LISTEN_PORT]) {
    const given = filled(env, name);
    if (given === undefined) continue;
    if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
    warnings.push(`${name} is not a port, an integer from 0 to 65535, and is ignored`);
  }
  return 9000;
}

/** Returns how exceptions are recorded. */
export function exceptionSignalFrom(env: Environment): 'events' | 'logs' | 'both' {
  const wanted =
    filled(env, OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN)
      ?.split(',')
      .map((item) => item.trim()) ?? [];
  return wanted.includes('logs/dup') ? 'both' : wanted.includes('logs') ? 'logs' : 'events';
}

/** Returns the level to print OpenTelemetry's `diag` at, or `undefined` if OTEL_LOG_LEVEL is unset or unknown. */
export function logLevelFrom(env: Environment): number | undefined {
  const wanted = filled(env, OTEL_LOG_LEVEL)?.toLowerCase();
  return wanted === undefined ? undefined : LOG_LEVELS[wanted];
}

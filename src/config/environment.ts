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
  TRACED_SLOWEST_MODULES,
} from '../semconv';
import { isHttpUrl } from './options';

/** Where spans are sent. The URL may hold a token: it is never printed. */
export interface Endpoint {
  readonly url: string;
  readonly protocol: Protocol;
}

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The levels of OTEL_LOG_LEVEL, as OpenTelemetry's DiagLogLevel numbers them. */
const LOG_LEVELS: Readonly<Record<string, number>> = {
  none: 0,
  error: 30,
  warn: 50,
  info: 60,
  debug: 70,
  verbose: 80,
  all: 9_999,
};

/** The value of a variable, if it is there and not blank. */
export function filled(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/** The ratio, 0 to 1, at which new traces are recorded. */
export function ratioFromEnvironment(env: Environment, warnings: string[]): number {
  const sampler = filled(env, OTEL_TRACES_SAMPLER)
    ?.toLowerCase()
    .replace(/^parentbased_/, '');
  if (sampler === undefined || sampler === 'always_on') return 1;
  if (sampler === 'always_off') return 0;
  if (sampler !== 'traceidratio') {
    warnings.push('OTEL_TRACES_SAMPLER names an unknown sampler; new traces are all recorded');
    return 1;
  }
  const given = filled(env, OTEL_TRACES_SAMPLER_ARG);
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

/** The names of all protocols. */
export const PROTOCOLS = Object.keys(EXPORTERS) as readonly Protocol[];

/** Returns the protocol that the path of a URL stands for: `…/api/traces` is Jaeger, `…/api/otlp/traces` and `…/v1/traces` are OTLP. */
export function protocolOf(url: string): Protocol | undefined {
  const { pathname } = new URL(url);
  return PROTOCOLS.find((protocol) => EXPORTERS[protocol].path.test(pathname));
}

/** The endpoint that the variables name: a variable for traces takes precedence over one for all signals, OTLP over Jaeger. */
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

/** Milliseconds that an export may take. */
export function timeoutFromEnvironment(env: Environment, warnings: string[]): number | undefined {
  for (const name of [OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, OTEL_EXPORTER_OTLP_TIMEOUT]) {
    const value = filled(env, name);
    if (value === undefined) continue;
    if (Number(value) > 0 && Number.isFinite(Number(value))) return Number(value);
    warnings.push(`${name} is not a number of milliseconds and is left out`);
  }
  return undefined;
}

/** How many of the modules that took longest to load are to be shown, at most 100; 0: none. */
export function slowestModulesFrom(env: Environment, warnings: string[]): number {
  const given = filled(env, TRACED_SLOWEST_MODULES);
  if (given === undefined) return 0;
  if (/^\d{1,3}$/.test(given) && Number(given) <= 100) return Number(given);
  warnings.push('TRACED_SLOWEST_MODULES is not a whole number from 0 to 100 and is left out');
  return 0;
}

/** The port that a custom runtime listens on: the first that is one of FC_SERVER_PORT and FC_CUSTOM_LISTEN_PORT, else 9000. */
export function listenPortFrom(env: Environment, warnings: string[]): number {
  for (const name of [FC_SERVER_PORT, FC_CUSTOM_LISTEN_PORT]) {
    const given = filled(env, name);
    if (given === undefined) continue;
    if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
    warnings.push(`${name} is no port, a whole number from 0 to 65535, and is left out`);
  }
  return 9000;
}

/** How exceptions are to be recorded. */
export function exceptionSignalFrom(env: Environment): 'events' | 'logs' | 'both' {
  const wanted =
    filled(env, OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN)
      ?.split(',')
      .map((item) => item.trim()) ?? [];
  return wanted.includes('logs/dup') ? 'both' : wanted.includes('logs') ? 'logs' : 'events';
}

/** From which level on OpenTelemetry's `diag` is to be printed; nothing means that the application sees to that. */
export function logLevelFrom(env: Environment): number | undefined {
  const wanted = filled(env, OTEL_LOG_LEVEL)?.toLowerCase();
  return wanted === undefined ? undefined : LOG_LEVELS[wanted];
}

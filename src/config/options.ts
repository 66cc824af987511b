import type { Attributes, SpanContext, TracerProvider } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { DependencyContainer, InjectionToken } from '../container/child-container';
import { FcTracedError } from '../errors';
import type { FcContext } from '../fc/context';

/** The libraries whose official instrumentation is set up by name: `@opentelemetry/instrumentation-<name>`, installed beside fc-traced. */
export const INSTRUMENTATIONS = ['http', 'undici', 'mysql2', 'pg', 'redis', 'ioredis', 'kafkajs'] as const;

/** A name that the option `instrumentations` takes; `undici` is also `fetch`. */
export type InstrumentationName = (typeof INSTRUMENTATIONS)[number];

/** An instrumentation of OpenTelemetry, ready made: an object as `@opentelemetry/instrumentation` describes it. */
export interface Instrumentation {
  readonly instrumentationName: string;
  enable(): void;
  disable(): void;
  setTracerProvider(provider: TracerProvider): void;
}

/** What a parent can be given as: a span context, a `traceparent` or Jaeger text, or an object of W3C headers. */
export type ParentCarrier = SpanContext | string | Readonly<Record<string, unknown>> | undefined;

/**
 * Options of `@Handler` and of `createHandler`; where both name one, `createHandler`'s counts. Code goes before
 * environment, environment before FC's context, and that before the default.
 */
export interface HandlerOptions {
  /** Name of the invocation span. Default: the name of the FC function. */
  readonly name?: string;
  /** The entry method. Default: `handle`. Not used where methods carry `@Handler()` themselves. */
  readonly method?: string;
  /** Tokens for the constructor's parameters, in order: needs no emitted metadata. */
  readonly inject?: readonly InjectionToken[];
  /** The container that services are resolved from; each invocation gets a child of it. Default: tsyringe's global one. */
  readonly container?: DependencyContainer;
  /** The span that an invocation continues, before anything that the caller sent. */
  readonly parent?: ParentCarrier | ((event: unknown, context: FcContext) => ParentCarrier);
  /** Where traces are sent: an `http(s)` URL, its path included. Default: the `OTEL_*` variables, then `context.tracing.jaegerEndpoint`. */
  readonly endpoint?: string;
  /** The protocol of the endpoint, where its path does not tell (`…/api/traces` is Jaeger, `…/api/otlp/traces` and `…/v1/traces` are OTLP). */
  readonly exporter?: 'otlp' | 'jaeger';
  /** HTTP headers of an OTLP export, beside those of `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that one export may take. More than 0. Default: `OTEL_EXPORTER_OTLP_TIMEOUT`, else `flushTimeout`, at least 1000. */
  readonly exportTimeout?: number;
  /** Milliseconds that delivery may hold an answer back at most; never beyond the function's own timeout. Hooks wait as long, with 0 up to `exportTimeout`. Default: 1000. */
  readonly flushTimeout?: number;
  /** Percent of new traces that are recorded, 0 to 100, fractions allowed. Default: `OTEL_TRACES_SAMPLER`, else 100. A caller's decision is obeyed. */
  readonly sampleRate?: number;
  /** `service.name` of the resource. Default: `OTEL_SERVICE_NAME`, else the name of the FC function. */
  readonly serviceName?: string;
  /** Further resource attributes. */
  readonly resource?: Attributes;
  /** Whether an HTTP request is answered as HTTP: values become responses, errors status codes. `false` hands on what the method gives. Default: true. */
  readonly http?: boolean;
  /** The route of HTTP requests, such as `/orders/{id}`: the attribute `http.route`, and with the method the span's name. Default: none. */
  readonly route?: string | ((event: unknown) => string | undefined);
  /** Keys of the caller's baggage that become attributes, under the same names, of every span. Default: none. */
  readonly baggageAttributes?: readonly string[];
  /** Whether log lines carry trace id, span id and request id: those of `context.logger`, with `'console'` those of the console as well. Default: true. */
  readonly logs?: boolean | 'console';
  /** Official instrumentations: names of those that fc-traced sets up, or ones of your own. Default: none. */
  readonly instrumentations?: readonly (InstrumentationName | Instrumentation)[];
  /** Whether a cold call's trace shows where the time went before it. Default: true. */
  readonly coldStart?: boolean;
  /** Span processors beside the exporter's; with one, spans are recorded also where there is no endpoint. */
  readonly spanProcessors?: readonly SpanProcessor[];
}

type Check = (value: unknown) => string | undefined;

const text: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' ? undefined : 'a text that is not empty';
const milliseconds: Check = (value) =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value) ? undefined : 'a number of milliseconds, 0 or more';
const duration: Check = (value) =>
  typeof value === 'number' && value > 0 && Number.isFinite(value)
    ? undefined
    : 'a number of milliseconds, more than 0';
const truth: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const record: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'an object';
const hasMethod = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';

const CHECKS: { readonly [K in keyof Required<HandlerOptions>]: Check } = {
  name: text,
  method: text,
  inject: (value) => (Array.isArray(value) ? undefined : 'an array of tokens'),
  container: (value) => (hasMethod(value, 'createChildContainer') ? undefined : 'a tsyringe container'),
  parent: (value) =>
    ['function', 'object', 'string'].includes(typeof value)
      ? undefined
      : 'a span context, a text, headers, or a function that gives one',
  endpoint: (value) =>
    typeof value === 'string' && isHttpUrl(value)
      ? undefined
      : 'an http or https URL, such as http://127.0.0.1:4318/v1/traces',
  exporter: (value) => (value === 'otlp' || value === 'jaeger' ? undefined : "'otlp' or 'jaeger'"),
  headers: record,
  exportTimeout: duration,
  flushTimeout: milliseconds,
  sampleRate: (value) =>
    typeof value === 'number' && value >= 0 && value <= 100 ? undefined : 'a percentage from 0 to 100',
  serviceName: text,
  resource: record,
  http: truth,
  route: (value) =>
    typeof value === 'function' ? undefined : text(value) && 'a text that is not empty, or a function that gives one',
  baggageAttributes: (value) =>
    Array.isArray(value) && value.every((item) => text(item) === undefined) ? undefined : 'an array of keys',
  logs: (value) => (typeof value === 'boolean' || value === 'console' ? undefined : "true, false or 'console'"),
  instrumentations: (value) =>
    Array.isArray(value) &&
    value.every(
      (item) =>
        INSTRUMENTATIONS.includes(item as InstrumentationName) ||
        (hasMethod(item, 'enable') && hasMethod(item, 'setTracerProvider')),
    )
      ? undefined
      : `an array of instrumentations, each an object or one of ${INSTRUMENTATIONS.join(', ')}`,
  coldStart: truth,
  spanProcessors: (value) =>
    Array.isArray(value) && value.every((item) => hasMethod(item, 'onEnd')) ? undefined : 'an array of span processors',
};

/** Values of these are never printed: they may hold a token. */
const SECRET = new Set(['endpoint', 'headers', 'parent']);

/** Whether a text is an absolute http or https URL. */
export function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** A value that an option does not take, in words. */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : `a value of type ${typeof value}`;
}

/**
 * Checks options as a developer wrote them: throws INVALID_OPTION for an unknown key or a value of the wrong kind. `further` are the names of
 * options that `where` takes beside these, `without` those that it does not take.
 */
export function checkOptions(
  options: unknown,
  where: string,
  further: readonly string[] = [],
  without: readonly string[] = [],
): HandlerOptions {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new FcTracedError(
      'INVALID_OPTION',
      `${where} takes an object of options, not ${Array.isArray(options) ? 'an array' : options === null ? 'null' : `a ${typeof options}`}.`,
    );
  }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, key) || without.includes(key)) {
      const names = [...Object.keys(CHECKS).filter((name) => !without.includes(name)), ...further];
      throw new FcTracedError(
        'INVALID_OPTION',
        `${where} has no option "${key}". Its options are ${names.join(', ')}.`,
      );
    }
    if (value === undefined) continue;
    const wanted = CHECKS[key as keyof HandlerOptions](value);
    if (wanted !== undefined) {
      const shown = SECRET.has(key) ? '' : `, not ${inWords(value)}`;
      throw new FcTracedError('INVALID_OPTION', `Option "${key}" of ${where} must be ${wanted}${shown}.`);
    }
  }
  return options;
}

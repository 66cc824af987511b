import type { Attributes, SpanContext, TracerProvider } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { DependencyContainer, InjectionToken } from '../container/child-container';
import { EXPORTERS } from '../export/exporters/exporters';
import type { Protocol } from '../export/exporters/exporters';
import type { FcContext } from '../fc/context';
import { INSTRUMENTATIONS } from '../instrumentation/registry';
import type { InstrumentationName } from '../instrumentation/registry';
import { check } from './check-options';
import type { Check } from './check-options';

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
  readonly protocol?: Protocol;
  /** HTTP headers of an OTLP export, beside those of `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that one export may take. More than 0. Default: `OTEL_EXPORTER_OTLP_TIMEOUT`, else `flushTimeoutMillis`, at least 1000. */
  readonly exportTimeoutMillis?: number;
  /** Milliseconds that delivery may hold an answer back at most; never beyond the function's own timeout. Hooks wait as long, with 0 up to `exportTimeoutMillis`. Default: 1000. */
  readonly flushTimeoutMillis?: number;
  /** Ratio of new traces that are recorded, 0 to 1. Default: `OTEL_TRACES_SAMPLER`, else 1. A caller's decision is obeyed. */
  readonly sampleRatio?: number;
  /** `service.name` of the resource. Default: `OTEL_SERVICE_NAME`, else the name of the FC function. */
  readonly serviceName?: string;
  /** Further resource attributes. */
  readonly resourceAttributes?: Attributes;
  /** Whether an HTTP request is answered as HTTP: values become responses, errors status codes. `false` hands on what the method gives. Default: true. */
  readonly http?: boolean;
  /** The route of HTTP requests, such as `/orders/{id}`: the attribute `http.route`, and with the method the span's name. Default: none. */
  readonly route?: string | ((event: unknown) => string | undefined);
  /** Keys of the caller's baggage that become attributes, under the same names, of every span. Default: none. */
  readonly baggageAttributes?: readonly string[];
  /** Whether log lines carry trace id, span id and request id: those of `context.logger`, with `'console'` those of the console as well. Default: true. */
  readonly logCorrelation?: boolean | 'console';
  /** Official instrumentations: names of those that fc-traced sets up, or ones of your own. Default: none. */
  readonly instrumentations?: readonly (InstrumentationName | Instrumentation)[];
  /** Whether a cold call's trace shows where the time went before it. Default: true. */
  readonly coldStartSpans?: boolean;
  /** Span processors beside the exporter's; with one, spans are recorded also where there is no endpoint. */
  readonly spanProcessors?: readonly SpanProcessor[];
}

const hasMethod = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';

const isInstrumentation = (value: unknown): boolean =>
  (typeof value === 'string' && Object.hasOwn(INSTRUMENTATIONS, value)) ||
  (hasMethod(value, 'enable') && hasMethod(value, 'setTracerProvider'));

/** The check of each option of `@Handler` and `createHandler`. */
export const HANDLER_CHECKS: { readonly [K in keyof Required<HandlerOptions>]: Check } = {
  name: check.string,
  method: check.string,
  inject: check.arrayOf('tokens'),
  container: (value) => (hasMethod(value, 'createChildContainer') ? undefined : 'a tsyringe container'),
  parent: (value) =>
    ['function', 'object', 'string'].includes(typeof value)
      ? undefined
      : 'a span context, a string, headers, or a function that returns one',
  endpoint: (value) =>
    typeof value === 'string' && isHttpUrl(value)
      ? undefined
      : 'an http or https URL, such as http://127.0.0.1:4318/v1/traces',
  protocol: check.oneOf(...Object.keys(EXPORTERS)),
  headers: check.object,
  exportTimeoutMillis: check.positiveMillis,
  flushTimeoutMillis: check.millis,
  sampleRatio: check.ratio,
  serviceName: check.string,
  resourceAttributes: check.object,
  http: check.boolean,
  route: (value) =>
    typeof value === 'function' || check.string(value) === undefined
      ? undefined
      : 'a string that is not empty, or a function that returns one',
  baggageAttributes: check.arrayOf('keys', (item) => check.string(item) === undefined),
  logCorrelation: check.oneOf(true, false, 'console'),
  instrumentations: check.arrayOf(
    `instrumentations, each an object or one of ${Object.keys(INSTRUMENTATIONS).join(', ')}`,
    isInstrumentation,
  ),
  coldStartSpans: check.boolean,
  spanProcessors: check.arrayOf('span processors', (item) => hasMethod(item, 'onEnd')),
};

/** Whether a string is an absolute http or https URL. */
export function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

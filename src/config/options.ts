import type { Attributes, SpanContext, TracerProvider } from '@opentelemetry/api';
import type { DependencyContainer, InjectionToken } from '../container/child-container';
import { EXPORTERS } from '../export/exporters/exporters';
import type { Protocol } from '../export/exporters/exporters';
import type { SpanProcessor } from '../export/sdk';
import type { FcContext } from '../fc/context';
import { TRIGGER_NAMES } from '../fc/event';
import type { TriggerName } from '../fc/triggers/trigger';
import { INSTRUMENTATIONS } from '../instrumentation/registry';
import type { InstrumentationName } from '../instrumentation/registry';
import { check } from './check-options';
import type { Check } from './check-options';
import { checkEndpoint, checkHeaders } from './destination-options';

/** An OpenTelemetry instrumentation: an object that implements the interface of `@opentelemetry/instrumentation`. */
export interface Instrumentation {
  readonly instrumentationName: string;
  enable(): void;
  disable(): void;
  setTracerProvider(provider: TracerProvider): void;
}

/** The forms in which a parent span can be passed: a span context, a `traceparent` or Jaeger string, or W3C headers. */
export type ParentCarrier = SpanContext | string | Readonly<Record<string, unknown>> | undefined;

/** The trigger of an invocation; `other` if the event has an unknown shape. */
type DetectedTrigger = TriggerName | 'other';

/**
 * A ratio of traces, 0 to 1: a number; ratios by trigger, where `default` is that of all other triggers; or a function
 * of the trigger and FC's context. The trigger `other` is that of events of an unknown shape.
 */
export type SampleRatio =
  | number
  | Readonly<Partial<Record<DetectedTrigger | 'default', number>>>
  | ((trigger: DetectedTrigger, context: FcContext) => number | undefined);

/** What is known about an invocation when it ends, for the rule `when` of the option `keep`. */
export interface KeepSummary {
  readonly trigger: DetectedTrigger;
  readonly coldStart: boolean;
  readonly durationMillis: number;
  /** What the invocation failed with; `undefined` if it did not fail. */
  readonly error: unknown;
  /** How many spans the trace has. */
  readonly spanCount: number;
  /** How many of them have the status ERROR. */
  readonly failedSpanCount: number;
  /** The attributes of the invocation span, such as `http.response.status_code`. */
  readonly attributes: Attributes;
}

/**
 * The rules by which a trace is kept although it is not sampled; one that applies is enough. Such a trace has no
 * sampling threshold, and `fc_traced.kept` on the invocation span is `error`, `slow`, `cold_start`, `when`, or `timeout`
 * for an invocation that is cut off. Services that the function called saw the sampled flag 0, so their spans are
 * missing.
 */
export interface KeepOptions {
  /** Keep traces in which a span has the status ERROR, and those of invocations that are cut off. Default: false. */
  readonly errors?: boolean;
  /** Keep traces of invocations that take longer, in milliseconds. Default: none. */
  readonly slowerThanMillis?: number;
  /** Keep traces of cold starts. Default: false. */
  readonly coldStart?: boolean;
  /**
   * Returns whether to keep a trace. Called at the end of an invocation that no other rule keeps. Must be quick.
   * Default: none.
   */
  readonly when?: (summary: KeepSummary) => boolean;
  /** Whether the rules also apply if the caller, or FC, decided not to sample the trace. Default: false. */
  readonly overrideCaller?: boolean;
  /** The most spans of an invocation that are recorded until the decision. Further ones are counted. Default: 1024. */
  readonly maxSpans?: number;
  /** The most bytes of these spans, estimated. Further spans lose their attributes and events. Default: 1,048,576. */
  readonly maxBytes?: number;
}

/**
 * Options of `@Handler` and of `createHandler`; those of `createHandler` take precedence. Options take precedence over
 * the environment, the environment over FC's context, and that over the default.
 */
export interface HandlerOptions {
  /** The name of the invocation span. Default: the name of the FC function. */
  readonly name?: string;
  /** The entry method. Ignored if methods are decorated with `@Handler()`. Default: `handle`. */
  readonly method?: string;
  /**
   * Tokens of the constructor's parameters, in order. With them, no `emitDecoratorMetadata` is needed. Default: the
   * parameter types that the compiler emitted.
   */
  readonly inject?: readonly InjectionToken[];
  /**
   * The container that resolves services. Each invocation gets a child container. Default: tsyringe's global container.
   */
  readonly container?: DependencyContainer;
  /**
   * The trigger of the function. Events of other triggers are rejected with `INVALID_EVENT`, and array elements that
   * are JSON strings are parsed. Default: detected from each event; every event is accepted.
   */
  readonly trigger?: TriggerName;
  /**
   * What the entry method and `FC_EVENT` get of an event. `decoded`: the value of JSON or of Tablestore's CBOR, other
   * bytes unchanged. `bytes`: a `Buffer` with the exact bytes that FC passed. HTTP requests are `HttpEvent` objects
   * either way, except with `http: false`. Default: `decoded`.
   */
  readonly event?: 'decoded' | 'bytes';
  /**
   * The parent of the invocation span. Takes precedence over the trace context that the caller sent. `'message'`: the
   * span in the trace context of the message, if the event holds a single one. By default, and for several messages,
   * their contexts are linked. A function gets the decoded event. Default: the trace context that the caller sent.
   */
  readonly parent?: ParentCarrier | ((event: unknown, context: FcContext) => ParentCarrier);
  /**
   * Where traces are sent: an `http` or `https` URL with its full path. Default: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`,
   * `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_JAEGER_ENDPOINT`, then `context.tracing.jaegerEndpoint`.
   */
  readonly endpoint?: string;
  /**
   * The protocol of the endpoint. Default: that of `OTEL_TRACES_EXPORTER`, else derived from the path, Jaeger for
   * `…/api/traces`, OTLP for `…/api/otlp/traces` and `…/v1/traces`.
   */
  readonly protocol?: Protocol;
  /**
   * HTTP headers of OTLP exports, in addition to those of `OTEL_EXPORTER_OTLP_TRACES_HEADERS` and
   * `OTEL_EXPORTER_OTLP_HEADERS`. Default: none. `Content-Length`, `Expect`, `Trailer` and `Transfer-Encoding` are
   * ignored, because they describe how a body is sent.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The timeout of one export in milliseconds, more than 0. Default: `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`,
   * `OTEL_EXPORTER_OTLP_TIMEOUT`, else `flushTimeoutMillis`, but at least 1000.
   */
  readonly exportTimeoutMillis?: number;
  /**
   * How long tracing may delay a response, in milliseconds; never beyond the function's timeout. Loading, disposal and
   * span processors are included. While an endpoint does not respond, all responses together wait this long. Lifecycle
   * hooks wait as long, and with 0 up to `exportTimeoutMillis`. Default: 1000.
   */
  readonly flushTimeoutMillis?: number;
  /**
   * When the spans of an invocation are delivered. `beforeResponse`: before its response. `preFreeze`: in the hook
   * `preFreeze` of FC 2.0, so no response waits; export the hook. `deferred`: during the next invocation, or in
   * `preStop`; no response waits, and what an instance has not sent when it is destroyed is lost. `auto`: before the
   * response, but in `preFreeze` if FC called that hook after the previous invocation. Default: `auto`.
   */
  readonly delivery?: 'auto' | 'beforeResponse' | 'preFreeze' | 'deferred';
  /**
   * The most spans that wait for delivery, 1 or more. Further ones are dropped, except for the spans of invocations.
   * Default: 32,768.
   */
  readonly queueLimitSpans?: number;
  /** The most bytes of spans that wait for delivery, as estimated, 1 or more. Default: 16,777,216 (16 MiB). */
  readonly queueLimitBytes?: number;
  /**
   * How long before the function's timeout open spans are exported as snapshots and the signal of `@InjectDeadline()` is
   * aborted, in milliseconds; at most half of the timeout. With 0, there are no snapshots before the timeout. Default: a
   * tenth of the timeout, at least 300 and at most 1000.
   */
  readonly deadlineMarginMillis?: number;
  /**
   * The ratio of new traces that are recorded, 0 to 1: a number, ratios by trigger, or a function that returns the
   * ratio. The caller's decision is kept. Triggers without a ratio, and a function that returns `undefined`, use the
   * default. Default: `TRACED_SAMPLE_RATIO`, then `OTEL_TRACES_SAMPLER` with `OTEL_TRACES_SAMPLER_ARG`, else 1.
   */
  readonly sampleRatio?: SampleRatio;
  /**
   * Which traces are kept although they are not sampled: see {@link KeepOptions}. Decided at the end of the invocation,
   * whose spans are recorded in memory until then. Has no effect with a tracer provider of the application. Default:
   * none.
   */
  readonly keep?: KeepOptions;
  /** The `service.name` of the resource. Default: `OTEL_SERVICE_NAME`, else the name of the FC function. */
  readonly serviceName?: string;
  /** Additional resource attributes. Default: none; `OTEL_RESOURCE_ATTRIBUTES` is read as well. */
  readonly resourceAttributes?: Attributes;
  /**
   * Whether an HTTP request gets an HTTP response: return values become responses, errors become status codes. With
   * `false`, the return value of the method is passed to FC unchanged. Default: true.
   */
  readonly http?: boolean;
  /**
   * The route of HTTP requests, such as `/orders/{id}`. It is the attribute `http.route`, and part of the span name
   * together with the request method. Default: none.
   */
  readonly route?: string | ((event: unknown) => string | undefined);
  /** Baggage keys whose entries become attributes of every span, under the same keys. Default: none. */
  readonly baggageAttributes?: readonly string[];
  /**
   * Whether trace id, span id and request id are added to the log lines of `context.logger`, and with `'console'` also
   * to those of the console. Default: true.
   */
  readonly logCorrelation?: boolean | 'console';
  /** Instrumentations: names of official ones that fc-traced sets up, or instances. Default: none. */
  readonly instrumentations?: readonly (InstrumentationName | Instrumentation)[];
  /** Whether the trace of a cold start has spans for the time before the invocation. Default: true. */
  readonly coldStartSpans?: boolean;
  /** Additional span processors. With at least one, spans are recorded even if no endpoint is known. Default: none. */
  readonly spanProcessors?: readonly SpanProcessor[];
}

const hasMethod = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';

const isInstrumentation = (value: unknown): boolean =>
  (typeof value === 'string' && Object.hasOwn(INSTRUMENTATIONS, value)) ||
  (hasMethod(value, 'enable') && hasMethod(value, 'setTracerProvider'));

/** Names under which libraries of an instrumentation are known as well. */
const OTHER_NAMES: Readonly<Record<string, InstrumentationName>> = {
  postgres: 'pg',
  postgresql: 'pg',
  fetch: 'undici',
};

function nearestInstrumentation(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const { nearestName } = require('./nearest-name') as typeof import('./nearest-name');
  const nearest = OTHER_NAMES[value.toLowerCase()] ?? nearestName(value, Object.keys(INSTRUMENTATIONS));
  return nearest === undefined ? undefined : `"${nearest}"`;
}

/** Loaded for ratios by trigger and functions, which few handlers have. */
function checkSampleRatio(value: unknown): string | undefined {
  return (require('./sample-ratio') as typeof import('./sample-ratio')).checkSampleRatio(value);
}

function checkLimit(of: string): Check {
  const wanted = `a whole number of ${of}, 1 or more`;
  return (value) => (value === 0 ? wanted : check.integer(Number.MAX_SAFE_INTEGER, wanted)(value));
}

/** The check of each option of `@Handler` and `createHandler`. */
export const HANDLER_CHECKS: { readonly [K in keyof Required<HandlerOptions>]: Check } = {
  name: check.string,
  method: check.string,
  inject: check.arrayOf('tokens'),
  container: (value) => (hasMethod(value, 'createChildContainer') ? undefined : 'a tsyringe container'),
  trigger: check.oneOf(...TRIGGER_NAMES),
  event: check.oneOf('decoded', 'bytes'),
  parent: (value) =>
    ['function', 'object', 'string'].includes(typeof value)
      ? undefined
      : 'a span context, a string, headers, or a function that returns one',
  endpoint: checkEndpoint,
  protocol: check.oneOf(...Object.keys(EXPORTERS)),
  headers: checkHeaders,
  exportTimeoutMillis: check.positiveMillis,
  flushTimeoutMillis: check.millis,
  delivery: check.oneOf('auto', 'beforeResponse', 'preFreeze', 'deferred'),
  queueLimitSpans: checkLimit('spans'),
  queueLimitBytes: checkLimit('bytes'),
  deadlineMarginMillis: check.millis,
  sampleRatio: (value) => (typeof value === 'number' ? check.ratio(value) : checkSampleRatio(value)),
  keep: (value) => (require('./keep-rules') as typeof import('./keep-rules')).checkKeep(value),
  serviceName: check.string,
  resourceAttributes: check.object,
  http: check.boolean,
  route: (value) =>
    typeof value === 'function' || check.string(value) === undefined
      ? undefined
      : 'a non-empty string, or a function that returns one',
  baggageAttributes: check.arrayOf('keys', (item) => check.string(item) === undefined),
  logCorrelation: check.oneOf(true, false, 'console'),
  instrumentations: check.arrayOf(
    `instrumentations, each an object or one of ${Object.keys(INSTRUMENTATIONS).join(', ')}`,
    isInstrumentation,
    nearestInstrumentation,
  ),
  coldStartSpans: check.boolean,
  spanProcessors: check.arrayOf('span processors', (item) => hasMethod(item, 'onEnd')),
};

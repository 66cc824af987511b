import { SpanKind } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { countLoss } from '../diagnostics';
import { percentEncode } from '../fc/header-text';
import { BAGGAGE_ITEM_PREFIX, SPAN_CONTEXT_HEADER } from '../fc/tracing';
import { SPAN_OUTGOING_REQUEST } from '../semconv';
import { endSafely } from '../tracing/calls/open-calls';
import { activeContext } from '../tracing/context/active-context';
import { telemetryIn } from '../tracing/context/ambient-telemetry';
import { spanIn } from '../tracing/context/linked-context';
import { newSpanId } from '../tracing/telemetry/ids';
import { formatTraceparent } from './carriers';
import { outgoingFrom } from './outgoing';
import type { Outgoing } from './outgoing';

/** Spans whose id is the parent id of an outgoing request. */
const usedAsParent = new WeakSet<Span>();

/**
 * Returns what one outgoing request made in `context` propagates. W3C requires a new parent id for each request. The
 * first request of a recorded span uses the id of that span. Each further one gets a child span without duration, so
 * that its parent id is that of an existing span. Never throws.
 */
function outgoingRequest(context: Context): Outgoing {
  const outgoing = outgoingFrom(context);
  const span = spanIn(context);
  if (outgoing.trace === undefined || span?.isRecording() !== true) return outgoing;
  if (!usedAsParent.has(span)) {
    usedAsParent.add(span);
    return outgoing;
  }
  // No backend shows a trace that is not sampled, so there the id needs no span.
  const spanId = (outgoing.trace.flags & 1) === 1 ? startRequestSpan(context, span) : newSpanId();
  return spanId === undefined ? outgoing : { ...outgoing, trace: { ...outgoing.trace, spanId } };
}

/** Starts and ends the span of one request; returns its id if it is sampled. */
function startRequestSpan(context: Context, parent: Span): string | undefined {
  try {
    const span = telemetryIn(context)?.startCall(SPAN_OUTGOING_REQUEST, { kind: SpanKind.CLIENT }, context, parent);
    if (span === undefined) return undefined;
    endSafely(span);
    return (span.spanContext().traceFlags & 1) === 1 ? span.spanContext().spanId.toLowerCase() : undefined;
  } catch {
    countLoss('a span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

/**
 * Returns the headers that propagate the trace with one outgoing request: `traceparent`, and `tracestate` and `baggage`
 * if they are not empty. Returns `{}` outside of an invocation and span, and where tracing is suppressed. Never throws.
 *
 * Call it once for each request, within a span that represents the request, such as a method with
 * `@Traced({ kind: 'client' })`. The parent id is the id of that span. Each further call within the same span counts as
 * a further request: it starts a client span named `outgoing request`, which has no duration, and returns its id. In an
 * invocation that is not recorded, trace id and flags are those of the caller, and each call returns a new parent id.
 *
 * `tracestate` is sent byte for byte as it was received, up to 8,192 characters. `baggage` is the active baggage, up to
 * 64 members and 8,192 bytes. Members beyond these limits, and keys that are not valid tokens, are dropped and counted
 * in `fc_traced.malformed_carriers`. Header values contain only printable ASCII, and tabs within `tracestate`.
 *
 * Specifications: https://www.w3.org/TR/trace-context-2/, https://www.w3.org/TR/baggage/
 *
 * @example
 * ```ts
 * import { Traced, traceHeaders } from 'fc-traced';
 * export class Prices {
 *   ;@Traced({ kind: 'client' })
 *   async of(sku: string): Promise<unknown> {
 *     const response = await fetch(`http://prices.example/${sku}`, { headers: traceHeaders() });
 *     return response.json();
 *   }
 * }
 * ```
 */
export function traceHeaders(): Record<string, string> {
  return w3cHeaders(outgoingRequest(activeContext()));
}

/** The W3C headers of one outgoing request. */
export function w3cHeaders({ trace, baggage }: Outgoing): Record<string, string> {
  const headers: Record<string, string> = {};
  if (trace !== undefined) headers.traceparent = formatTraceparent(trace.traceId, trace.spanId, trace.flags);
  if (trace !== undefined && trace.traceState !== '') headers.tracestate = trace.traceState;
  if (baggage.header !== '') headers.baggage = baggage.header;
  return headers;
}

/** The part of the official client's `InvokeFunctionHeaders` that {@link traceInvoke} sets. */
export interface InvokeFunctionHeaders {
  /** HTTP headers of the request, by name. */
  commonHeaders?: Record<string, string>;
}

/** The headers that were added to each `commonHeaders` object created here. */
const addedTo = new WeakMap<object, Readonly<Record<string, string>>>();

/**
 * Returns the headers that propagate the trace with one call of FC's `InvokeFunction`: those of {@link traceHeaders},
 * and FC's own `X-Fc-Tracing-Opentracing-Span-Context` and `X-Fc-Tracing-Opentracing-Span-Context-Baggage-<key>`, with
 * the same ids and the same baggage, percent-encoded. Returns `{}` wherever `traceHeaders` does. Never throws.
 *
 * Like `traceHeaders`, call it once for each request. FC accepts `X-Fc-*` headers only in calls of its API; use
 * `traceHeaders` for requests to an HTTP trigger. Header names are case-insensitive, so `<key>` may arrive in lower
 * case, and of keys that differ only in case the first is sent.
 *
 * @example
 * ```ts
 * import { invokeHeaders } from 'fc-traced';
 * export const commonHeaders = (): Record<string, string> => ({ 'x-tenant': 'a', ...invokeHeaders() });
 * ```
 */
export function invokeHeaders(): Record<string, string> {
  const outgoing = outgoingRequest(activeContext());
  const headers = w3cHeaders(outgoing);
  const { trace, baggage } = outgoing;
  if (trace !== undefined) headers[SPAN_CONTEXT_HEADER] = `${trace.traceId}:${trace.spanId}:0:${trace.flags & 1}`;
  const seen = new Set<string>();
  for (const [key, value] of baggage.items) {
    if (seen.has(key.toLowerCase())) continue;
    seen.add(key.toLowerCase());
    headers[BAGGAGE_ITEM_PREFIX + key] = percentEncode(value);
  }
  return headers;
}

/**
 * Adds {@link invokeHeaders} to the headers of one `InvokeFunction` call of the official client,
 * `@alicloud/fc20230330`, and returns the same object. Without an argument it returns a new plain object.
 *
 * Call it once for each request, within the span that represents the request. It sets `commonHeaders` to a new object
 * with the existing headers and the added ones. Existing headers of the same name, in any case, are replaced, and
 * headers that an earlier call added are removed. Never throws: an object that cannot be changed, for example a frozen
 * one, is returned unchanged, and the failure is counted in `fc_traced.telemetry_errors`.
 *
 * @param headers the client's `InvokeFunctionHeaders`, or any object with `commonHeaders`
 *
 * @example
 * ```ts
 * import Client, { InvokeFunctionHeaders, InvokeFunctionRequest, InvokeFunctionResponse } from '@alicloud/fc20230330';
 * import { RuntimeOptions } from '@darabonba/typescript';
 * import { Traced, traceInvoke } from 'fc-traced';
 * export class Stock {
 *   constructor(private readonly client: Client) {}
 *   ;@Traced({ kind: 'client' })
 *   reserve(request: InvokeFunctionRequest): Promise<InvokeFunctionResponse> {
 *     const headers = traceInvoke(new InvokeFunctionHeaders());
 *     return this.client.invokeFunctionWithOptions('stock', request, headers, new RuntimeOptions());
 *   }
 * }
 * ```
 */
export function traceInvoke(): { commonHeaders: Record<string, string> };
export function traceInvoke<T extends InvokeFunctionHeaders>(headers: T): T;
export function traceInvoke(headers?: InvokeFunctionHeaders | null): InvokeFunctionHeaders {
  const given = headers ?? {};
  try {
    addHeaders(given, invokeHeaders());
  } catch {
    countLoss('an InvokeFunction call carries no trace: the object passed to traceInvoke cannot be changed');
  }
  return given;
}

function addHeaders(target: InvokeFunctionHeaders, added: Record<string, string>): void {
  const names = new Set(Object.keys(added).map((name) => name.toLowerCase()));
  // A tracestate of another trace must not be sent with this traceparent.
  if (names.has('traceparent')) names.add('tracestate');
  const existing = target.commonHeaders ?? {};
  // Headers of an earlier call belong to another trace, and its baggage to another caller.
  const earlier = addedTo.get(existing) ?? {};
  const kept = Object.entries(existing).filter(
    ([name, value]) => !names.has(name.toLowerCase()) && earlier[name] !== value,
  );
  // A new object, because the existing one may be shared with other calls and the client itself writes to it.
  target.commonHeaders = { ...Object.fromEntries(kept), ...added };
  addedTo.set(target.commonHeaders, added);
}

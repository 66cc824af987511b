import { SpanKind } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { countError } from '../diagnostics';
import { percentEncode } from '../fc/header-text';
import { BAGGAGE_ITEM_PREFIX, SPAN_CONTEXT_HEADER } from '../fc/tracing';
import { endSafely } from '../tracing/calls/open-calls';
import { activeContext } from '../tracing/context/active-context';
import { telemetryIn } from '../tracing/context/ambient-telemetry';
import { spanIn } from '../tracing/context/linked-context';
import { newSpanId } from '../tracing/telemetry/ids';
import { formatTraceparent } from './carriers';
import { outgoingFrom } from './outgoing';
import type { Outgoing } from './outgoing';

/** The spans that an outgoing request was given the id of. */
const taken = new WeakSet<Span>();

/**
 * What one outgoing request made from `context` passes on. The first request of a recorded span is named by that span. W3C wants an
 * id of each request, so every further one gets a span of its own below, which is there to be named: it has no length. Never throws.
 */
export function outgoingRequest(context: Context): Outgoing {
  const outgoing = outgoingFrom(context);
  const span = spanIn(context);
  if (outgoing.trace === undefined || span?.isRecording() !== true) return outgoing;
  if (!taken.has(span)) {
    taken.add(span);
    return outgoing;
  }
  // Of a trace that is not sampled, nobody is shown what an id stands for.
  const spanId = (outgoing.trace.flags & 1) === 1 ? idOfRequestSpan(context, span) : newSpanId();
  return spanId === undefined ? outgoing : { ...outgoing, trace: { ...outgoing.trace, spanId } };
}

function idOfRequestSpan(context: Context, parent: Span): string | undefined {
  try {
    const span = telemetryIn(context)?.startCall('outgoing request', { kind: SpanKind.CLIENT }, context, parent);
    if (span === undefined) return undefined;
    endSafely(span);
    return (span.spanContext().traceFlags & 1) === 1 ? span.spanContext().spanId.toLowerCase() : undefined;
  } catch {
    countError('a span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

/**
 * The headers that pass the trace on with one outgoing request: `traceparent`, and `tracestate` and `baggage` where there are any.
 *
 * Call it once for each request, inside the span that stands for the request, such as a method with `@Traced({ kind: 'client' })`: the
 * parent id is that span's. Each further call in the same span is taken for a further request: it gets a client span of its own, named
 * `outgoing request` and without length, whose id is given. In an invocation that is not recorded, trace id and flags are the caller's,
 * and each call gives a parent id of its own. Outside of any invocation and span, and where tracing is suppressed, the result is `{}`.
 *
 * `tracestate` is what was received, byte by byte, up to 8,192 characters; `baggage` is what is active, up to 64 members and
 * 8,192 bytes. What does not fit, and keys that are no tokens, are left out and counted in `fc_traced.malformed_carriers`.
 * Values hold printable ASCII alone. Never throws.
 *
 * Specifications: https://www.w3.org/TR/trace-context-2/, https://www.w3.org/TR/baggage/
 *
 * @example
 * ```ts
 * import { Traced, traceHeaders } from 'fc-traced';
 * export class Prices {
 *   \@Traced({ kind: 'client' })
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

/** The headers of one outgoing request. */
export function w3cHeaders({ trace, baggage }: Outgoing): Record<string, string> {
  const headers: Record<string, string> = {};
  if (trace !== undefined) headers.traceparent = formatTraceparent(trace.traceId, trace.spanId, trace.flags);
  if (trace !== undefined && trace.traceState !== '') headers.tracestate = trace.traceState;
  if (baggage.header !== '') headers.baggage = baggage.header;
  return headers;
}

/** The part of the official client's `InvokeFunctionHeaders` that is filled. */
export interface InvokeFunctionHeaders {
  commonHeaders?: Record<string, string>;
}

/** What was put into the `commonHeaders` that are made here. */
const addedTo = new WeakMap<object, Readonly<Record<string, string>>>();

/**
 * The headers that pass the trace on with one call of FC's `InvokeFunction`: those of {@link traceHeaders}, and FC's own
 * `X-Fc-Tracing-Opentracing-Span-Context` and `X-Fc-Tracing-Opentracing-Span-Context-Baggage-<key>`, percent-encoded, with the same ids and items.
 *
 * FC takes `X-Fc-*` headers from calls of its API alone, not from requests to an HTTP trigger: use `traceHeaders` for these. HTTP
 * does not tell capitals in names apart, so `<key>` may arrive in lower case. Never throws; `{}` where `traceHeaders` gives `{}`.
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
    // Of names that differ in capitals alone, HTTP has one.
    if (seen.has(key.toLowerCase())) continue;
    seen.add(key.toLowerCase());
    headers[BAGGAGE_ITEM_PREFIX + key] = percentEncode(value);
  }
  return headers;
}

/**
 * Fills the headers of one `InvokeFunction` call of the official client, `@alicloud/fc20230330`: puts {@link invokeHeaders} into its
 * `commonHeaders`, beside what is there, and gives back the very object. Without one it makes a plain object.
 *
 * Call it once for each request, in the span that stands for it. Headers of the same names are replaced, whatever their case; those that
 * an earlier call put into the same object go. Never throws: an object that cannot be changed, a frozen one say, is given back as it is, and counted.
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
 *   \@Traced({ kind: 'client' })
 *   reserve(request: InvokeFunctionRequest): Promise<InvokeFunctionResponse> {
 *     return this.client.invokeFunctionWithOptions('stock', request, traceInvoke(new InvokeFunctionHeaders()), new RuntimeOptions());
 *   }
 * }
 * ```
 */
export function traceInvoke(): { commonHeaders: Record<string, string> };
export function traceInvoke<T extends InvokeFunctionHeaders>(headers: T): T;
export function traceInvoke(headers?: InvokeFunctionHeaders | null): InvokeFunctionHeaders {
  const given = headers ?? {};
  try {
    addTo(given, invokeHeaders());
  } catch {
    countError(
      'the headers of an InvokeFunction call could not be set: the object given to traceInvoke cannot be changed',
    );
  }
  return given;
}

function addTo(headers: InvokeFunctionHeaders, added: Record<string, string>): void {
  const names = new Set(Object.keys(added).map((name) => name.toLowerCase()));
  // The state of another trace does not belong to this one.
  if (names.has('traceparent')) names.add('tracestate');
  const there = headers.commonHeaders ?? {};
  // What an earlier call put there is of its trace, and its baggage of whoever called then.
  const earlier = addedTo.get(there) ?? {};
  const kept = Object.entries(there).filter(
    ([name, value]) => !names.has(name.toLowerCase()) && earlier[name] !== value,
  );
  // A new object: the one that is there may be shared with other calls, and the client itself writes into it.
  headers.commonHeaders = { ...Object.fromEntries(kept), ...added };
  addedTo.set(headers.commonHeaders, added);
}

import { isSpanContextValid, propagation } from '@opentelemetry/api';
import type { Context, SpanContext } from '@opentelemetry/api';
import { activeContext } from '../tracing/active-context';
import { countAndTell } from '../tracing/counters';
import { newSpanId } from '../tracing/ids';
import { invocationIn, spanIn } from '../tracing/linked-context';
import { baggageHeader, encodeBaggageValue, sendableEntries } from './baggage-header';

const SAMPLED = 1;
const RANDOM = 2;
/** Printable, so that no header can be broken in two. */
const SAFE = /^[\x20-\x7e]*$/;

/** The span context that an outgoing request names as its parent, or nothing outside of any trace. */
export function outgoingSpanContext(context: Context): SpanContext | undefined {
  const spanContext = spanIn(context)?.spanContext();
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return undefined;
  const invocation = invocationIn(context);
  const isRandom = invocation?.randomTraceId === spanContext.traceId || (spanContext.traceFlags & RANDOM) === RANDOM;
  const traceFlags = (spanContext.traceFlags & SAMPLED) | (isRandom ? RANDOM : 0);
  // Where nothing is recorded there is no span to name: W3C then wants a parent id that is new for each request, not the caller's.
  const spanId = invocation !== undefined && invocation.telemetry === undefined ? newSpanId() : spanContext.spanId;
  return { ...spanContext, spanId, traceFlags };
}

function w3cHeaders(spanContext: SpanContext, context: Context): Record<string, string> {
  const headers: Record<string, string> = { traceparent: `00-${spanContext.traceId}-${spanContext.spanId}-${spanContext.traceFlags.toString(16).padStart(2, '0')}` };
  const tracestate = spanContext.traceState?.serialize();
  if (tracestate !== undefined && tracestate !== '' && SAFE.test(tracestate)) headers.tracestate = tracestate;
  const baggage = baggageHeader(propagation.getBaggage(context));
  return baggage === undefined ? headers : { ...headers, baggage };
}

/** W3C headers for one request that leaves in a context. Never throws. */
export function headersIn(context: Context): Record<string, string> {
  try {
    const spanContext = outgoingSpanContext(context);
    if (spanContext !== undefined) return w3cHeaders(spanContext, context);
    const baggage = baggageHeader(propagation.getBaggage(context));
    return baggage === undefined ? {} : { baggage };
  } catch {
    countAndTell('fc_traced.telemetry_errors', 1, 'the headers of an outgoing request could not be made');
    return {};
  }
}

/**
 * The headers of W3C Trace Context and W3C Baggage for one outgoing request: `traceparent`, and `tracestate` and `baggage` where there
 * is any. Call it once for each request. Outside of any trace it gives nothing. Never throws.
 *
 * The parent is the span that is active. So put each request in a traced method of its own, of kind `client`: then each has its span.
 * Where the invocation is not recorded the trace goes on all the same, with a new parent id for each call and the caller's flags.
 * Specifications: https://www.w3.org/TR/trace-context-2/, https://www.w3.org/TR/baggage/ (64 members, 8,192 bytes)
 *
 * @example
 * ```ts
 * import { Traced, traceHeaders } from 'fc-traced';
 * export class Stock {
 *   \@Traced({ kind: 'client' })
 *   async ask(url: string): Promise<unknown> {
 *     const response = await fetch(url, { headers: traceHeaders() });
 *     return response.json();
 *   }
 * }
 * ```
 */
export function traceHeaders(): Record<string, string> {
  return headersIn(activeContext());
}

/**
 * The headers for one `InvokeFunction`: those of {@link traceHeaders}, and FC's own, `X-Fc-Tracing-Opentracing-Span-Context` and one
 * `X-Fc-Tracing-Opentracing-Span-Context-Baggage-<key>` an item, its value percent-encoded. Both name the same parent. Never throws.
 *
 * @example
 * ```ts
 * import { invokeHeaders } from 'fc-traced';
 * export const headers = (): Record<string, string> => ({ ...invokeHeaders(), 'x-fc-invocation-type': 'Async' });
 * ```
 */
export function invokeHeaders(): Record<string, string> {
  const context = activeContext();
  try {
    const spanContext = outgoingSpanContext(context);
    if (spanContext === undefined) return headersIn(context);
    const headers = w3cHeaders(spanContext, context);
    headers['X-Fc-Tracing-Opentracing-Span-Context'] = `${spanContext.traceId}:${spanContext.spanId}:0:${spanContext.traceFlags & SAMPLED}`;
    for (const [key, { value }] of sendableEntries(propagation.getBaggage(context))) headers[`X-Fc-Tracing-Opentracing-Span-Context-Baggage-${key}`] = encodeBaggageValue(value);
    return headers;
  } catch {
    countAndTell('fc_traced.telemetry_errors', 1, 'the headers of an outgoing request could not be made');
    return {};
  }
}

/**
 * Puts the headers of {@link invokeHeaders} into the `commonHeaders` of an `InvokeFunctionHeaders` of the official client
 * `@alicloud/fc20230330`, beside those that are there, and gives that very object back.
 *
 * @example
 * ```ts
 * import { traceInvoke } from 'fc-traced';
 * export const headers = traceInvoke({ xFcInvocationType: 'Sync' });
 * ```
 */
export function traceInvoke<T extends { commonHeaders?: { [key: string]: string } }>(headers: T = {} as T): T {
  headers.commonHeaders = { ...headers.commonHeaders, ...invokeHeaders() };
  return headers;
}

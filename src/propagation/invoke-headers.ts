import { activeContext } from '../tracing/context/active-context';
import { countAndTell } from '../diagnostics';
import { BAGGAGE_ITEM_PREFIX, SPAN_CONTEXT_HEADER } from '../fc/tracing';
import { outgoingRequest, w3cHeaders } from './trace-headers';
import { percentEncode } from '../fc/header-text';

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
    countAndTell(
      'fc_traced.telemetry_errors',
      1,
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

import { SpanKind } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { countAndTell } from '../diagnostics';
import { endSafely } from '../tracing/calls/span-end';
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
    countAndTell(
      'fc_traced.telemetry_errors',
      1,
      'a span could not be started: a span processor, sampler or tracer provider threw',
    );
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

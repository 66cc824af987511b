import { SpanKind } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { telemetryIn } from '../tracing/context/ambient-telemetry';
import { countAndTell } from '../diagnostics';
import { newSpanId } from '../tracing/telemetry/ids';
import { spanIn } from '../tracing/context/linked-context';
import { endSafely } from '../tracing/calls/guarded-span';
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

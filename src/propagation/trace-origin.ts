import { createContextKey, trace } from '@opentelemetry/api';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { telemetryIn } from '../tracing/context/ambient-telemetry';
import { invocationIn } from '../tracing/context/linked-context';
import { RANDOM_FLAG } from './traceparent';

const CALLER_KEY = createContextKey('fc-traced caller');

/** A context whose active span is a caller's, and which remembers of the caller's flags what the spans below do not keep. */
export function contextWithCaller(context: Context, caller: SpanContext): Context {
  return trace.setSpanContext(context, caller).setValue(CALLER_KEY, caller);
}

/**
 * Whether the id of a span's trace is random, as a flag of W3C Trace Context Level 2 says: the caller said so, or the trace
 * began here, where our SDK set-up draws the ids. Spans do not keep the flag, so it is looked up where they come from.
 */
export function isRandomTrace(context: Context, span: Span): boolean {
  const spanContext = span.spanContext();
  if (spanContext.isRemote === true) return saysRandom(spanContext);
  const caller = context.getValue(CALLER_KEY) as SpanContext | undefined;
  if (caller?.traceId === spanContext.traceId) return saysRandom(caller);
  const invocation = invocationIn(context);
  if (invocation?.randomTraceId === spanContext.traceId) return true;
  const { parentSpanContext } = span as { parentSpanContext?: SpanContext };
  if (parentSpanContext?.isRemote === true) return saysRandom(parentSpanContext);
  if (!span.isRecording() || telemetryIn(context)?.ownsResource !== true) return false;
  // Of the traces that are left, those of a caller who said nothing of randomness are told apart from those that began here.
  return parentSpanContext === undefined || invocation === undefined || invocation.randomTraceId !== undefined;
}

function saysRandom({ traceFlags }: SpanContext): boolean {
  return (traceFlags & RANDOM_FLAG) !== 0;
}

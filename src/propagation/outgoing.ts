import { createContextKey, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { countLoss, countMalformed } from '../diagnostics';
import { telemetryIn } from '../tracing/context/ambient-telemetry';
import { invocationIn, spanIn } from '../tracing/context/linked-context';
import { isSuppressed } from '../tracing/telemetry/suppression';
import { newSpanId } from '../tracing/telemetry/ids';
import { formatBaggage } from './baggage';
import type { OutgoingBaggage } from './baggage';
import { RANDOM_FLAG } from './carriers';

const CALLER_KEY = createContextKey('fc-traced caller');

/** Returns a context whose active span is the remote `caller`. It keeps the caller's random flag for child spans. */
export function contextWithCaller(context: Context, caller: SpanContext): Context {
  return trace.setSpanContext(context, caller).setValue(CALLER_KEY, caller);
}

/**
 * Whether the trace id of a span is random, as the random-trace-id flag of W3C Trace Context Level 2 defines it. That
 * is so if the caller set the flag, or if the trace began here and our SDK set-up generated its id. The SDK's spans do
 * not keep the flag, so it is looked up where the trace came from.
 */
function isRandomTrace(context: Context, span: Span): boolean {
  const spanContext = span.spanContext();
  if (spanContext.isRemote === true) return hasRandomFlag(spanContext);
  const caller = context.getValue(CALLER_KEY) as SpanContext | undefined;
  if (caller?.traceId === spanContext.traceId) return hasRandomFlag(caller);
  const invocation = invocationIn(context);
  if (invocation?.randomTraceId === spanContext.traceId) return true;
  const { parentSpanContext } = span as { parentSpanContext?: SpanContext };
  if (parentSpanContext?.isRemote === true) return hasRandomFlag(parentSpanContext);
  if (!span.isRecording() || telemetryIn(context)?.ownsResource !== true) return false;
  // A child span is in a trace that began here, unless a caller without the flag started the invocation's trace.
  return parentSpanContext === undefined || invocation === undefined || invocation.randomTraceId !== undefined;
}

function hasRandomFlag({ traceFlags }: SpanContext): boolean {
  return (traceFlags & RANDOM_FLAG) !== 0;
}

/** The trace context of one outgoing request. */
export interface OutgoingTrace {
  readonly traceId: string;
  /** The id of the span that makes the request, or a new id if that span is not recorded. */
  readonly spanId: string;
  /** The sampled and random-trace-id flags. */
  readonly flags: number;
  /** The `tracestate` header; empty if there is none. */
  readonly traceState: string;
}

/** The trace context and baggage that one outgoing request propagates. */
export interface Outgoing {
  readonly trace: OutgoingTrace | undefined;
  readonly baggage: OutgoingBaggage;
}

const NO_BAGGAGE: OutgoingBaggage = { header: '', items: [], dropped: 0 };

/** Returns what a request made in `context` propagates; nothing if tracing is suppressed there. Never throws. */
export function outgoingFrom(context: Context): Outgoing {
  if (isSuppressed(context)) return { trace: undefined, baggage: NO_BAGGAGE };
  return { trace: outgoingTrace(context), baggage: outgoingBaggage(context) };
}

function outgoingTrace(context: Context): OutgoingTrace | undefined {
  const span = spanIn(context);
  if (span === undefined) return undefined;
  try {
    const spanContext = span.spanContext();
    const traceId = spanContext.traceId.toLowerCase();
    const ownSpanId = spanContext.spanId.toLowerCase();
    if (!isSpanContextValid({ traceId, spanId: ownSpanId, traceFlags: 0 })) return undefined;
    const isSampled = (spanContext.traceFlags & 1) === 1;
    // The parent id must identify this request: not the caller's id, nor the one id of an unrecorded invocation.
    const isOwn = span.isRecording() || (isSampled && spanContext.isRemote !== true);
    const flags = (isSampled ? 1 : 0) | (isRandomTrace(context, span) ? RANDOM_FLAG : 0);
    return { traceId, spanId: isOwn ? ownSpanId : newSpanId(), flags, traceState: outgoingTraceState(spanContext) };
  } catch {
    countLoss('an outgoing request carries no trace context: the active span returned no usable span context');
    return undefined;
  }
}

function outgoingBaggage(context: Context): OutgoingBaggage {
  try {
    const baggage = propagation.getBaggage(context);
    if (baggage === undefined) return NO_BAGGAGE;
    const formatted = formatBaggage(baggage);
    if (formatted.dropped > 0) countDroppedBaggage(formatted.dropped);
    return formatted;
  } catch {
    countDroppedBaggage(1);
    return NO_BAGGAGE;
  }
}

function outgoingTraceState({ traceState }: SpanContext): string {
  if (traceState === undefined) return '';
  try {
    const { formatTraceState } = require('./trace-state') as typeof import('./trace-state');
    const text = formatTraceState(traceState);
    if (text !== undefined) return text;
  } catch {
    // Counted below, like a malformed one.
  }
  countMalformed(1, 'a malformed tracestate was left out of an outgoing request');
  return '';
}

function countDroppedBaggage(amount: number): void {
  countMalformed(
    amount,
    'baggage was left out of an outgoing request: a key or property is not valid, ' +
      'or there are more than 64 members or 8,192 bytes',
  );
}

import { createContextKey, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { countError, countMalformed } from '../diagnostics';
import { telemetryIn } from '../tracing/context/ambient-telemetry';
import { invocationIn, spanIn } from '../tracing/context/linked-context';
import { newSpanId } from '../tracing/telemetry/ids';
import { formatBaggage } from './baggage';
import type { OutgoingBaggage } from './baggage';
import { RANDOM_FLAG } from './carriers';
import { formatTraceState } from './trace-state';

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

/** The trace as one outgoing request names it. */
export interface OutgoingTrace {
  readonly traceId: string;
  /** The id of the span that makes the request; where none is recorded, an id of this request alone. */
  readonly spanId: string;
  /** Sampled, random, or both. */
  readonly flags: number;
  /** The `tracestate` header; `''` when there is none. */
  readonly traceState: string;
}

/** What one outgoing request tells the one who answers it. */
export interface Outgoing {
  readonly trace: OutgoingTrace | undefined;
  readonly baggage: OutgoingBaggage;
}

/** The key under which the SDK keeps that nothing is to be traced: its exporters call out so. */
const SUPPRESSED_KEY = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const NO_BAGGAGE: OutgoingBaggage = { header: '', items: [], dropped: 0 };

/** What one request made from `context` passes on. Never throws. */
export function outgoingFrom(context: Context): Outgoing {
  if (context.getValue(SUPPRESSED_KEY) === true) return { trace: undefined, baggage: NO_BAGGAGE };
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
    // W3C asks for an id of this very request: the caller's is not that, nor is one that stands for an invocation without spans.
    const isOwn = span.isRecording() || (isSampled && spanContext.isRemote !== true);
    const flags = (isSampled ? 1 : 0) | (isRandomTrace(context, span) ? RANDOM_FLAG : 0);
    return { traceId, spanId: isOwn ? ownSpanId : newSpanId(), flags, traceState: outgoingTraceState(spanContext) };
  } catch {
    countError(
      'the trace could not be passed on with an outgoing request: the active span gave no usable span context',
    );
    return undefined;
  }
}

function outgoingBaggage(context: Context): OutgoingBaggage {
  try {
    const baggage = propagation.getBaggage(context);
    if (baggage === undefined) return NO_BAGGAGE;
    const formatted = formatBaggage(baggage);
    if (formatted.dropped > 0) countLeftOut(formatted.dropped);
    return formatted;
  } catch {
    countLeftOut(1);
    return NO_BAGGAGE;
  }
}

function outgoingTraceState({ traceState }: SpanContext): string {
  if (traceState === undefined) return '';
  try {
    const text = formatTraceState(traceState);
    if (text !== undefined) return text;
  } catch {
    // Counted below, as what cannot be sent.
  }
  countMalformed(1, 'a tracestate that is not well-formed was left out of an outgoing request');
  return '';
}

function countLeftOut(amount: number): void {
  countMalformed(
    amount,
    'baggage that fits no header was left out of an outgoing request: a key that is no token, a property, or more than 64 members or 8,192 bytes',
  );
}

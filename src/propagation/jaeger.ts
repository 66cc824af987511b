import { TraceFlags } from '@opentelemetry/api';
import type { SpanContext } from '@opentelemetry/api';
import { readField } from '../fc/context';
import { parseJaegerSpanContext } from '../fc/span-context';
import { parseBaggageObject } from './baggage';
import { NOTHING_CARRIED } from './carrier';
import type { Carried } from './carrier';

/** A Jaeger text form as an OpenTelemetry span context, or nothing. */
export function jaegerParent(text: string): SpanContext | undefined {
  const parsed = parseJaegerSpanContext(text);
  if (parsed === undefined) return undefined;
  return {
    traceId: parsed.traceId,
    spanId: parsed.spanId,
    traceFlags: parsed.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
}

function firstFilled(tracing: unknown, ...names: string[]): unknown {
  return names
    .map((name) => readField(tracing, name))
    .find((value) => value !== undefined && value !== null && value !== '');
}

/** Reads FC's `context.tracing`, under the names that Node.js gets and those that FC's documents give. Never throws. */
export function readFcTracing(tracing: unknown): Carried {
  if (typeof tracing !== 'object' || tracing === null) return NOTHING_CARRIED;
  try {
    let malformed = 0;
    const text = firstFilled(tracing, 'openTracingSpanContext', 'spanContext');
    const spanContext = typeof text === 'string' ? jaegerParent(text) : undefined;
    if (text !== undefined && spanContext === undefined) malformed += 1;
    const items = firstFilled(tracing, 'openTracingSpanBaggages', 'spanBaggages');
    const readable = typeof items === 'object' && items !== null && !Array.isArray(items);
    if (items !== undefined && !readable) malformed += 1;
    const { baggage, dropped } = readable ? parseBaggageObject(items) : { baggage: undefined, dropped: 0 };
    return { ...(spanContext && { spanContext }), ...(baggage && { baggage }), malformed: malformed + dropped };
  } catch {
    return { malformed: 1 };
  }
}

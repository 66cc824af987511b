import type { SpanContext } from '@opentelemetry/api';
import { parseBaggageHeader } from './baggage';
import { NOTHING_CARRIED } from './carrier';
import type { Carried } from './carrier';
import { parseTraceparent } from './traceparent';
import { parseTraceState } from './trace-state';

interface W3cHeaders {
  traceparent?: unknown;
  tracestate?: unknown;
  baggage?: unknown;
}

function pick(headers: object): W3cHeaders {
  const found: W3cHeaders = {};
  for (const name of Object.keys(headers)) {
    // Only names of the right length are worth the lower-casing.
    if (name.length !== 7 && name.length !== 10 && name.length !== 11) continue;
    const key = name.toLowerCase();
    if (key !== 'traceparent' && key !== 'tracestate' && key !== 'baggage') continue;
    const value: unknown = Reflect.get(headers, name);
    // The same header in two spellings is a header sent twice.
    found[key] = isBlank(found[key]) ? value : [found[key], value].flat();
  }
  return found;
}

/** The text of a header: several values stand joined by commas, as HTTP has it. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(',') : undefined;
}

/** A `traceparent` that was sent twice names no parent. */
function readTraceparent(value: unknown): SpanContext | undefined {
  const text = Array.isArray(value) && value.length !== 1 ? undefined : textOf(value);
  return text === undefined ? undefined : parseTraceparent(text);
}

function spanContextOf(headers: W3cHeaders): SpanContext | undefined {
  const parent = readTraceparent(headers.traceparent);
  const tracestate = textOf(headers.tracestate);
  const traceState = parent === undefined || tracestate === undefined ? undefined : parseTraceState(tracestate);
  return parent === undefined || traceState === undefined ? parent : { ...parent, traceState };
}

function isBlank(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (typeof value === 'string' && value.trim() === '') ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** Reads `traceparent`, `tracestate` and `baggage` from request headers, whatever the case of their names. Never throws. */
export function readW3cHeaders(headers: unknown): Carried {
  if (typeof headers !== 'object' || headers === null) return NOTHING_CARRIED;
  try {
    const found = pick(headers);
    const spanContext = spanContextOf(found);
    const text = textOf(found.baggage);
    const { baggage, dropped } =
      text === undefined ? { baggage: undefined, dropped: isBlank(found.baggage) ? 0 : 1 } : parseBaggageHeader(text);
    let malformed = dropped;
    if (spanContext === undefined && !isBlank(found.traceparent)) malformed += 1;
    if (spanContext !== undefined && spanContext.traceState === undefined && !isBlank(found.tracestate)) malformed += 1;
    return { ...(spanContext && { spanContext }), ...(baggage && { baggage }), malformed };
  } catch {
    return { malformed: 1 };
  }
}

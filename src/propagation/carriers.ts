import { TraceFlags } from '@opentelemetry/api';
import type { Baggage, SpanContext, TraceState } from '@opentelemetry/api';
import { trimOptionalWhitespace } from '../fc/header-text';
import { parseJaegerSpanContext } from '../fc/tracing';
import { readField } from '../safe-access';
import { NO_BAGGAGE, parseBaggageHeader, parseBaggageObject } from './baggage';

/** The trace context and baggage that were extracted from one carrier. */
export interface ExtractedContext {
  readonly spanContext?: SpanContext;
  readonly baggage?: Baggage;
  /** The number of parts that were present but malformed. */
  readonly malformed: number;
}

/** The result for a carrier without trace context and baggage. */
export const NOTHING_EXTRACTED: ExtractedContext = { malformed: 0 };

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^]*)?$/;

/** The random-trace-id flag of W3C Trace Context Level 2: the last 7 bytes of the trace id are random. */
export const RANDOM_FLAG = 0b10;

/** The flags that Level 2 defines: sampled and random-trace-id. Other flags are not propagated. */
export const KNOWN_FLAGS = 0b11;

/**
 * Parses a `traceparent` header. Returns `undefined` if the specification calls it invalid: upper-case hex, version
 * `ff`, an id that is all zeros, more than four fields in version `00`, two headers joined into one.
 * Specification: https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function parseTraceparent(header: string): SpanContext | undefined {
  const match = TRACEPARENT.exec(trimOptionalWhitespace(header));
  if (match === null) return undefined;
  const [, version, traceId, spanId, flags, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string | undefined,
  ];
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & KNOWN_FLAGS, isRemote: true };
}

/** Formats a `traceparent` header, version `00`. */
export function formatTraceparent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags & KNOWN_FLAGS}`;
}

interface W3cHeaders {
  traceparent?: unknown;
  tracestate?: unknown;
  baggage?: unknown;
}

function pickW3cHeaders(headers: object): W3cHeaders | undefined {
  let picked: W3cHeaders | undefined;
  for (const name of Object.keys(headers)) {
    // Skips most names without the cost of converting them to lower case.
    if (name.length !== 7 && name.length !== 10 && name.length !== 11) continue;
    const key = name.toLowerCase();
    if (key !== 'traceparent' && key !== 'tracestate' && key !== 'baggage') continue;
    const value: unknown = Reflect.get(headers, name);
    const found = (picked ??= {});
    // A header in two spellings counts as one that was sent twice.
    found[key] = isBlank(found[key]) ? value : [found[key], value].flat();
  }
  return picked;
}

/** The value of a header as a string; several values are joined with commas, as in HTTP. */
function headerText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(',') : undefined;
}

/** A `traceparent` that was sent twice is invalid. */
function readTraceparent(value: unknown): SpanContext | undefined {
  const text = Array.isArray(value) && value.length !== 1 ? undefined : headerText(value);
  return text === undefined ? undefined : parseTraceparent(text);
}

/** Loaded when a caller sends a `tracestate`. */
function parsedTraceState(header: string): TraceState | undefined {
  return (require('./trace-state') as typeof import('./trace-state')).parseTraceState(header);
}

function spanContextOf(headers: W3cHeaders): SpanContext | undefined {
  const parent = readTraceparent(headers.traceparent);
  const tracestate = headerText(headers.tracestate);
  const traceState = parent === undefined || tracestate === undefined ? undefined : parsedTraceState(tracestate);
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

/** Reads `traceparent`, `tracestate` and `baggage` from headers. The case of the names is ignored. Never throws. */
export function readW3cHeaders(headers: unknown): ExtractedContext {
  if (typeof headers !== 'object' || headers === null) return NOTHING_EXTRACTED;
  try {
    const found = pickW3cHeaders(headers);
    if (found === undefined) return NOTHING_EXTRACTED;
    const spanContext = spanContextOf(found);
    const text = headerText(found.baggage);
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

/** Parses Jaeger's string form of a span context. Returns `undefined` if it is invalid. */
export function parseJaegerParent(text: string): SpanContext | undefined {
  const parsed = parseJaegerSpanContext(text);
  if (parsed === undefined) return undefined;
  return {
    traceId: parsed.traceId,
    spanId: parsed.spanId,
    traceFlags: parsed.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
}

/**
 * Returns the span context of the parent of FC's span in `context.tracing`: the span of the whole request, in which the
 * instance started. `undefined` if FC does not name it. Never throws.
 */
export function readFcParent(tracing: unknown): SpanContext | undefined {
  try {
    const text = firstNonEmpty(tracing, 'openTracingSpanContext', 'spanContext');
    const parsed = typeof text === 'string' ? parseJaegerSpanContext(text) : undefined;
    if (parsed?.parentSpanId === undefined) return undefined;
    return { traceId: parsed.traceId, spanId: parsed.parentSpanId, traceFlags: parsed.sampled ? 1 : 0, isRemote: true };
  } catch {
    return undefined;
  }
}

function firstNonEmpty(tracing: unknown, first: string, second: string): unknown {
  const value = readField(tracing, first);
  if (value !== undefined && value !== null && value !== '') return value;
  const other = readField(tracing, second);
  return other === null || other === '' ? undefined : other;
}

/**
 * Reads FC's `context.tracing`. The Node.js runtime and FC's documentation use different field names; both are read.
 * Never throws.
 */
export function readFcTracing(tracing: unknown): ExtractedContext {
  if (typeof tracing !== 'object' || tracing === null) return NOTHING_EXTRACTED;
  try {
    let malformed = 0;
    const text = firstNonEmpty(tracing, 'openTracingSpanContext', 'spanContext');
    const spanContext = typeof text === 'string' ? parseJaegerParent(text) : undefined;
    if (text !== undefined && spanContext === undefined) malformed += 1;
    const items = firstNonEmpty(tracing, 'openTracingSpanBaggages', 'spanBaggages');
    const readable = typeof items === 'object' && items !== null && !Array.isArray(items);
    if (items !== undefined && !readable) malformed += 1;
    const { baggage, dropped } = readable ? parseBaggageObject(items) : NO_BAGGAGE;
    if (spanContext === undefined && baggage === undefined && malformed + dropped === 0) return NOTHING_EXTRACTED;
    return { ...(spanContext && { spanContext }), ...(baggage && { baggage }), malformed: malformed + dropped };
  } catch {
    return { malformed: 1 };
  }
}

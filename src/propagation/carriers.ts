import { TraceFlags } from '@opentelemetry/api';
import type { Baggage, SpanContext } from '@opentelemetry/api';
import { trimOptionalWhitespace } from '../fc/header-text';
import { parseJaegerSpanContext } from '../fc/tracing';
import { readField } from '../safe-access';
import { parseBaggageHeader, parseBaggageObject } from './baggage';
import { parseTraceState } from './trace-state';

/** What one carrier said: where the call comes from, and what it brings along. */
export interface Carried {
  readonly spanContext?: SpanContext;
  readonly baggage?: Baggage;
  /** Parts that were there but not well-formed. */
  readonly malformed: number;
}

/** A carrier that said nothing. */
export const NOTHING_CARRIED: Carried = { malformed: 0 };

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[^]*)?$/;

/** The flag of W3C Trace Context Level 2 that says: the last 7 bytes of the trace id are random. */
export const RANDOM_FLAG = 0b10;

/** Sampled and random-trace-id: the flags that Level 2 knows. Others are not passed on. */
export const KNOWN_FLAGS = 0b11;

/**
 * Reads a `traceparent` header. Returns nothing for what the specification calls invalid: upper-case hex, version `ff`,
 * ids that are all zero, more than four fields in version `00`, two headers joined into one.
 * Specification: https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function parseTraceparent(header: string): SpanContext | undefined {
  const match = FORM.exec(trimOptionalWhitespace(header));
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

/** Writes a `traceparent` header, in version `00`. */
export function formatTraceparent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags & KNOWN_FLAGS}`;
}

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

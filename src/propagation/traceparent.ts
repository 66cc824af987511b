import type { SpanContext } from '@opentelemetry/api';
import { trimOptionalWhitespace } from './optional-whitespace';

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

import { propagation, SpanStatusCode } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '../semconv';

/**
 * Sets the error status of a client span whose response has a status code of 400 or more, as the conventions require.
 * The official instrumentations do not set `error.type`, and that of `node:http` sets the status only once the body was
 * read.
 *
 * Specification: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client
 */
export function setErrorStatus(span: Span, statusCode: number | undefined): void {
  if (statusCode === undefined || statusCode < 400) return;
  span.setAttribute(ATTR_ERROR_TYPE, String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
}

/** The headers that the registered propagator injects in a context. */
export function injectedHeaders(active: Context): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (propagation.fields().length > 0) propagation.inject(active, headers);
  return headers;
}

/**
 * Whether the `injected` headers replace a header: one of the same name, in any case. With `traceparent` they also
 * replace a `tracestate` of the program, which belongs to another trace.
 */
function isReplaced(name: unknown, injected: object): boolean {
  if (typeof name !== 'string') return false;
  const given = name.trim().toLowerCase();
  const keys = Object.keys(injected).map((key) => key.toLowerCase());
  return keys.includes(given) || (given === 'tracestate' && keys.includes('traceparent'));
}

/** Removes replaced headers from an object by name. Returns the same object if there are none. */
export function withoutReplaced<T extends object>(headers: T, injected: object): T {
  const kept = Object.entries(headers).filter(([name]) => !isReplaced(name, injected));
  return kept.length === Object.keys(headers).length ? headers : (Object.fromEntries(kept) as T);
}

/** Removes replaced headers, in place, from an array of name, value, name, value… */
export function removeReplacedPairs(pairs: unknown[], injected: object): void {
  for (let at = pairs.length - 2; at >= 0; at -= 2) if (isReplaced(pairs[at], injected)) pairs.splice(at, 2);
}

/** Removes replaced headers from a block of header lines. */
export function withoutReplacedLines(block: string, injected: object): string {
  const lines = block.split('\r\n');
  const isKept = (line: string): boolean =>
    !line.includes(':') || !isReplaced(line.slice(0, line.indexOf(':')), injected);
  return lines.filter(isKept).join('\r\n');
}

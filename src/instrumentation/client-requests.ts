import { propagation, SpanStatusCode } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '../semconv';

/**
 * Marks the span of a request that was answered with an error, as the conventions ask of a client. The official instrumentations give no
 * `error.type`, and that of node:http gives the status when the body was read, which a program may leave out.
 *
 * Specification: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client
 */
export function markRefused(span: Span, statusCode: number | undefined): void {
  if (statusCode === undefined || statusCode < 400) return;
  span.setAttribute(ATTR_ERROR_TYPE, String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
}

/** Headers that the registered propagator adds in a context. */
export function injectedIn(active: Context): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (propagation.fields().length > 0) propagation.inject(active, headers);
  return headers;
}

/** Whether a header is one of those that are about to be added, however it is written; or the state of another trace, which does not belong to the one added. */
function isCopy(name: unknown, added: object): boolean {
  if (typeof name !== 'string') return false;
  const given = name.trim().toLowerCase();
  const keys = Object.keys(added).map((key) => key.toLowerCase());
  return keys.includes(given) || (given === 'tracestate' && keys.includes('traceparent'));
}

/** Headers by name without those that are about to be added; the same object where it has none of them. */
export function withoutCopies<T extends object>(headers: T, added: object): T {
  const kept = Object.entries(headers).filter(([name]) => !isCopy(name, added));
  return kept.length === Object.keys(headers).length ? headers : (Object.fromEntries(kept) as T);
}

/** Takes headers that are about to be added out of a list of name, value, name, value… in place. */
export function removePairs(list: unknown[], added: object): void {
  for (let at = list.length - 2; at >= 0; at -= 2) if (isCopy(list[at], added)) list.splice(at, 2);
}

/** A block of header lines without those that are about to be added. */
export function withoutLines(block: string, added: object): string {
  const lines = block.split('\r\n');
  return lines.filter((line) => !line.includes(':') || !isCopy(line.slice(0, line.indexOf(':')), added)).join('\r\n');
}

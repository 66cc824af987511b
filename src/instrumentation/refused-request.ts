import { SpanStatusCode } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';

/**
 * Marks the span of a request that was answered with an error, as the conventions ask of a client. The official instrumentations give no
 * `error.type`, and that of node:http gives the status when the body was read, which a program may leave out.
 *
 * Specification: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client
 */
export function markRefused(span: Span, statusCode: number | undefined): void {
  if (statusCode === undefined || statusCode < 400) return;
  span.setAttribute('error.type', String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
}

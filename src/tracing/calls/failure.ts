import { SpanStatusCode } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { describeError, isObject } from './error-description';
import { recordException } from './exception-signal';

/** In which trace an error was recorded already. */
const recordedIn = new WeakMap<object, string>();
/** The primitive that a span's child failed with: `throw 'text'` cannot be marked, so the way out is marked instead. */
const passedUp = new WeakMap<Span, { readonly error: unknown }>();

/**
 * Marks a span as failed. The error itself is recorded only on the first, so innermost, span of a trace that it passes; the
 * spans around it get the status alone. Takes anything that can be thrown; never throws.
 */
export function recordFailure(span: Span, error: unknown, parent: Span | undefined, context?: Context): void {
  try {
    const description = describeError(error);
    if (!isRecorded(span, error)) recordException(span, context, description);
    remember(span, error, parent);
    span.setAttribute('error.type', description.type);
    span.setStatus({ code: SpanStatusCode.ERROR, message: description.message });
  } catch {
    // A span that cannot take an error must not replace it.
  }
}

function isRecorded(span: Span, error: unknown): boolean {
  if (isObject(error)) return recordedIn.get(error) === span.spanContext().traceId;
  const passed = passedUp.get(span);
  return passed !== undefined && Object.is(passed.error, error);
}

function remember(span: Span, error: unknown, parent: Span | undefined): void {
  const { traceId } = span.spanContext();
  if (isObject(error)) recordedIn.set(error, traceId);
  else if (parent !== undefined && parent.spanContext().traceId === traceId) passedUp.set(parent, { error });
}

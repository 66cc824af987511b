import type { Span } from '@opentelemetry/api';
import { countAndTell } from '../../diagnostics';

/** Puts an event on a span; a processor that throws at it is counted. */
export function noteOn(span: Span, event: string): void {
  try {
    span.addEvent(event);
  } catch {
    countAndTell('fc_traced.telemetry_errors', 1, 'a span took no event');
  }
}

/** Ends a span; a processor that throws at it is counted. */
export function endSafely(span: Span): void {
  try {
    span.end();
  } catch {
    countAndTell('fc_traced.telemetry_errors', 1, 'a span could not be ended: a span processor threw');
  }
}

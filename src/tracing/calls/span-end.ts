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

const CHANGES = [
  'setAttribute',
  'setAttributes',
  'addEvent',
  'addLink',
  'addLinks',
  'setStatus',
  'updateName',
  'recordException',
  'end',
] as const;

/**
 * Ends a span that whoever started it left open. What they still do with it comes too late and changes nothing: it is no mistake
 * of theirs, so the SDK must not tell it as one.
 */
export function abandonSpan(span: Span): void {
  noteOn(span, 'fc_traced.abandoned');
  endSafely(span);
  for (const change of CHANGES) {
    Reflect.defineProperty(span, change, { value: () => span, configurable: true, writable: true });
  }
}

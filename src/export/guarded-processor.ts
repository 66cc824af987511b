import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { countAndTell } from '../tracing/counters';

function attempt(call: () => void): void {
  try {
    call();
  } catch {
    countAndTell('fc_traced.telemetry_errors', 1, 'a span processor threw when a span started or ended');
  }
}

/**
 * A user's span processor that can do no harm. The SDK lets what one throws out of `startSpan` and `end`, so into the business
 * call, and the processors behind it, ours among them, then miss the span.
 */
export function guardedProcessor(processor: SpanProcessor): SpanProcessor {
  const partial: Partial<SpanProcessor> = processor;
  return {
    onStart: (span, parent) => attempt(() => partial.onStart?.(span, parent)),
    onEnding: (span) => attempt(() => partial.onEnding?.(span)),
    onEnd: (span) => attempt(() => partial.onEnd?.(span)),
    forceFlush: async () => partial.forceFlush?.(),
    shutdown: async () => partial.shutdown?.(),
  };
}

import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { countError } from '../diagnostics';
import { baggageAttributes } from '../tracing/calls/attributes';
import type { SpanRecorder } from '../tracing/telemetry/telemetry';
import { redactEndingSpan, redactStartingSpan } from './redact-span';
import { alignStart } from './start-clock';

/**
 * The one span processor of our set-up: fine starts, no secrets, then the user's processors, then delivery and recorders.
 *
 * One instead of one each, because the SDK asks every processor three times a span. The user's can do no harm: the SDK would let
 * what they throw out of `startSpan` and `end`, so into the business call, and those behind would miss the span.
 */
export class SpanPipeline implements SpanProcessor {
  private readonly users: readonly Partial<SpanProcessor>[];
  private readonly looksAtEnding: boolean;

  constructor(
    users: readonly SpanProcessor[],
    private readonly sinks: readonly SpanRecorder[],
    private readonly baggageKeys: readonly string[] = [],
  ) {
    this.users = users;
    this.looksAtEnding = users.some((user) => typeof (user as Partial<SpanProcessor>).onEnding === 'function');
  }

  onStart(span: Span, context: Context): void {
    alignStart(span, context);
    if (this.baggageKeys.length > 0) span.setAttributes(baggageAttributes(context, this.baggageKeys));
    // Without processors of the user, nobody looks before the end.
    if (this.users.length === 0) return;
    redactStartingSpan(span);
    for (const user of this.users) {
      try {
        user.onStart?.(span, context);
      } catch {
        threw();
      }
    }
  }

  onEnding(span: Span): void {
    redactEndingSpan(span);
    if (!this.looksAtEnding) return;
    for (const user of this.users) {
      try {
        user.onEnding?.(span);
      } catch {
        threw();
      }
    }
    // What a processor added just now is looked at as well.
    redactEndingSpan(span);
  }

  onEnd(span: ReadableSpan): void {
    for (const user of this.users) {
      try {
        user.onEnd?.(span);
      } catch {
        threw();
      }
    }
    for (const sink of this.sinks) sink.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.users.map(async (user) => user.forceFlush?.()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.users.map(async (user) => user.shutdown?.()));
  }
}

function threw(): void {
  countError('a span processor threw when a span started or ended');
}

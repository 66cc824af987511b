import type { Span } from '@opentelemetry/api';
import { EVENT_FC_TRACED_ABANDONED } from '../../semconv';
import { addEventSafely, endSafely } from './open-calls';
import type { OpenCall, OpenCalls } from './open-calls';

const collected = new FinalizationRegistry<OpenSpan>((open) => open.valueCollected());

/**
 * The span of a call whose value the program may drop, such as a query that is never awaited. The span ends with the
 * invocation at the latest, and before that when the values are garbage-collected. It refers to nothing but the span, so
 * that it keeps none of the values: they do not pile up until the invocation ends.
 */
export class OpenSpan implements OpenCall {
  place = -1;
  hasEnded = false;
  private values = 0;

  constructor(
    private readonly span: Span,
    private readonly openCalls: OpenCalls | undefined,
  ) {
    openCalls?.add(this);
  }

  /** Keeps the span open while the program holds a value. */
  hold(value: object): void {
    this.values += 1;
    collected.register(value, this, this);
  }

  /** Keeps the span open even if the values are garbage-collected. */
  release(): void {
    this.values = 0;
    collected.unregister(this);
  }

  /** The call ends the span itself. */
  close(): void {
    this.hasEnded = true;
    this.openCalls?.delete(this);
    this.release();
  }

  valueCollected(): void {
    this.values -= 1;
    if (this.values === 0) this.abandon();
  }

  abandon(): void {
    if (this.hasEnded) return;
    this.close();
    addEventSafely(this.span, EVENT_FC_TRACED_ABANDONED);
    endSafely(this.span);
  }
}

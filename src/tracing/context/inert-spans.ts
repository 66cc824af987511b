import type { Span, SpanContext } from '@opentelemetry/api';
import { newSpanId, newTraceId } from '../telemetry/ids';

/**
 * A span that records nothing and has only ids. Its fields are properties, as those of other spans are: a program may
 * put a proxy in front of any span.
 */
abstract class InertSpan implements Span {
  abstract spanContext(): SpanContext;
  setAttribute(): this {
    return this;
  }
  setAttributes(): this {
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  end(): void {}
  isRecording(): boolean {
    return false;
  }
  recordException(): void {}
}

/** What is kept of a span after its end: its ids, which are the parent of work that continues. */
export class EndedSpan extends InertSpan {
  /** Whether the span has ended, as spans of the SDK say. */
  readonly ended = true;

  constructor(private readonly ids: SpanContext) {
    super();
  }

  spanContext(): SpanContext {
    return this.ids;
  }
}

/** The id of a new trace, which is generated when something needs it. */
export class NewTraceId {
  #id: string | undefined;

  get value(): string {
    return (this.#id ??= newTraceId());
  }
}

/**
 * The active span of an invocation that is not recorded. Its ids are those of the caller, or new ones, which are
 * generated when something needs them: most such invocations propagate nothing.
 */
export class UnrecordedSpan extends InertSpan {
  /** What other spans do not have. A check of a private field takes longer. */
  readonly isUnrecorded = true;

  /** `ids`: those of the caller, if there is one. */
  constructor(
    private ids: SpanContext | undefined,
    private readonly traceId = new NewTraceId(),
  ) {
    super();
  }

  spanContext(): SpanContext {
    return (this.ids ??= { traceId: this.traceId.value, spanId: newSpanId(), traceFlags: 0 });
  }
}

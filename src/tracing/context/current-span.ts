import { INVALID_SPAN_CONTEXT, trace } from '@opentelemetry/api';
import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import { activeContext } from './active-context';
import { spanIn } from './linked-context';

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/**
 * Returns the active span: that of the innermost `@Traced` method, else the invocation span.
 *
 * If there is none, or the invocation is not recorded, it returns a span that records nothing, so the result can be
 * used without a check. Never throws.
 *
 * @example
 * ```ts
 * import { currentSpan } from 'fc-traced';
 * currentSpan().setAttribute('order.id', 7);
 * ```
 */
export function currentSpan(): Span {
  return spanIn(activeContext()) ?? NO_SPAN;
}

/** A span that delegates each call to the active span, so that a singleton can keep it. */
class AmbientSpan implements Span {
  spanContext(): SpanContext {
    return currentSpan().spanContext();
  }
  setAttribute(key: string, value: AttributeValue): this {
    currentSpan().setAttribute(key, value);
    return this;
  }
  setAttributes(attributes: Attributes): this {
    currentSpan().setAttributes(attributes);
    return this;
  }
  addEvent(name: string, attributesOrStartTime?: Attributes | TimeInput, startTime?: TimeInput): this {
    currentSpan().addEvent(name, attributesOrStartTime, startTime);
    return this;
  }
  addLink(link: Link): this {
    currentSpan().addLink(link);
    return this;
  }
  addLinks(links: Link[]): this {
    currentSpan().addLinks(links);
    return this;
  }
  setStatus(status: SpanStatus): this {
    currentSpan().setStatus(status);
    return this;
  }
  updateName(name: string): this {
    currentSpan().updateName(name);
    return this;
  }
  /** Does nothing, because the code that started the active span ends it. */
  end(): void {}
  isRecording(): boolean {
    return currentSpan().isRecording();
  }
  recordException(exception: Exception, time?: TimeInput): void {
    currentSpan().recordException(exception, time);
  }
}

/** The span that `@InjectSpan()` injects. */
export const ambientSpan: Span = new AmbientSpan();

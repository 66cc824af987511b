import { trace } from '@opentelemetry/api';
import type { Attributes, Span, SpanKind, TimeInput } from '@opentelemetry/api';
import { countLoss, warnOnce } from '../../diagnostics';
import { replaceMethod } from '../../replace-method';
import { activeContext } from '../context/active-context';
import { telemetryIn } from '../context/ambient-telemetry';
import { currentSpan } from '../context/current-span';
import { invocationIn, spanIn } from '../context/linked-context';
import { attributeValues } from './attributes';
import { endSafely } from './open-calls';
import { KIND_NAMES, spanKindOf } from './span-spec';
import type { SpanKindName } from './span-spec';

/** A span that `end()` ends, or the end of the block that declares it with `using`. */
export type DisposableSpan = Span & Disposable;

interface SpanOptions {
  /** The span kind. Default: `internal`. */
  readonly kind?: SpanKind | SpanKindName;
  /** Attributes of the span; nested objects become dotted keys. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/**
 * Starts a child span of the active span, for code that is not a method. Call `end()`, or declare the span with `using`
 * to end it at the end of the block; a second `end()` does nothing. The span is not made active, so it is not the
 * parent of spans that are started in the meantime. Never throws.
 *
 * @param name the name of the span
 * @param options `kind` and `attributes`, as in the options of `@Traced`
 *
 * @example
 * ```ts
 * import { startSpan } from 'fc-traced';
 * export function charge(): void {
 *   using charging = startSpan('charge', { attributes: { 'payment.method': 'card' } });
 *   charging.addEvent('accepted');
 * }
 * ```
 */
export function startSpan(name: string, options: SpanOptions = {}): DisposableSpan {
  // A new object even if nothing is recorded, because ending it must not end the active span.
  const span = open(name, options) ?? trace.wrapSpanContext(currentSpan().spanContext());
  const end = span.end.bind(span);
  replaceMethod(span, 'end', span.end, (endTime?: TimeInput) => {
    if (span.isRecording()) endSafely({ end: () => end(endTime) });
  });
  Object.defineProperty(span, Symbol.dispose, { value: () => span.end(), configurable: true });
  return span as DisposableSpan;
}

function open(name: string, { kind, attributes }: SpanOptions): Span | undefined {
  const context = activeContext();
  const telemetry = telemetryIn(context);
  if (telemetry === undefined) return undefined;
  try {
    const values: Attributes | undefined = attributes === undefined ? undefined : attributeValues(attributes);
    const spanKind = spanKindOf(kind);
    if (spanKind === undefined) {
      warnOnce(`the option "kind" of startSpan is not one of ${KIND_NAMES}; the kind of the span is internal`);
    }
    const span = telemetry.startCall(
      name,
      { ...(spanKind !== undefined && { kind: spanKind }), ...(values && { attributes: values }) },
      context,
      spanIn(context),
    );
    invocationIn(context)?.open.watchSpan(span);
    return span;
  } catch {
    countLoss('a span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

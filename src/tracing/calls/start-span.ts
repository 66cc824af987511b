import { trace } from '@opentelemetry/api';
import type { Attributes, Span, SpanKind, TimeInput } from '@opentelemetry/api';
import { countError, warnOnce } from '../../diagnostics';
import { replaceMethod } from '../../replace-method';
import { activeContext } from '../context/active-context';
import { telemetryIn } from '../context/ambient-telemetry';
import { currentSpan } from '../context/current-span';
import { spanIn } from '../context/linked-context';
import { attributeValues } from './attributes';
import { endSafely } from './open-calls';
import { KIND_NAMES, spanKindOf } from './span-spec';
import type { SpanKindName } from './span-spec';

/** A span that ends at its `end()`, or at the end of the block where it was declared with `using`. */
export type DisposableSpan = Span & Disposable;

interface SpanOptions {
  /** Default: `internal`. */
  readonly kind?: SpanKind | SpanKindName;
  /** Attributes of the span; nested objects become dotted keys. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('nodejs.dispose') as typeof Symbol.dispose);

/**
 * Starts a span below the active one, for code that is not a method of its own. It ends at `end()`, or at the end of the block where it was declared with `using`; a second
 * end does nothing. It is not made active: what is called meanwhile falls under the span that is. Never throws.
 *
 * @param name the span's name
 * @param options `kind` and `attributes`, as `@Traced` takes them
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
  // A span of its own also where nothing is recorded: ending it must not end the active one.
  const span = open(name, options) ?? trace.wrapSpanContext(currentSpan().spanContext());
  const end = span.end.bind(span);
  replaceMethod(span, 'end', span.end, (endTime?: TimeInput) => {
    if (span.isRecording()) endSafely({ end: () => end(endTime) });
  });
  Object.defineProperty(span, disposeKey, { value: () => span.end(), configurable: true });
  return span as DisposableSpan;
}

function open(name: string, { kind, attributes }: SpanOptions): Span | undefined {
  const context = activeContext();
  const telemetry = telemetryIn(context);
  if (telemetry === undefined) return undefined;
  try {
    const given: Attributes | undefined = attributes === undefined ? undefined : attributeValues(attributes);
    const known = spanKindOf(kind);
    if (known === undefined) warnOnce(`startSpan was given a kind that is none of ${KIND_NAMES}; the span is internal`);
    return telemetry.startCall(
      name,
      { ...(known !== undefined && { kind: known }), ...(given && { attributes: given }) },
      context,
      spanIn(context),
    );
  } catch {
    countError('a span could not be started: a span processor, sampler or tracer provider threw');
    return undefined;
  }
}

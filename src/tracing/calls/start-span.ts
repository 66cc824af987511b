import type { Attributes, Span, SpanKind } from '@opentelemetry/api';
import { countError, warnOnce } from '../../diagnostics';
import { activeContext } from '../context/active-context';
import { telemetryIn } from '../context/ambient-telemetry';
import { currentSpan } from '../context/current-span';
import { spanIn } from '../context/linked-context';
import { attributeValues } from './attributes';
import { endSafely } from './open-calls';
import { KIND_NAMES, spanKindOf } from './span-spec';
import type { KindName } from './span-spec';

/** A span with an end of its own that `using` can say. */
export interface OpenSpan extends Disposable {
  /** The span itself; it records nothing where the invocation is not recorded. */
  readonly span: Span;
  /** Ends the span. Later calls do nothing. */
  end(): void;
}

interface SpanOptions {
  /** Default: `internal`. */
  readonly kind?: SpanKind | KindName;
  /** Attributes of the span; nested objects become dotted keys. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('nodejs.dispose') as typeof Symbol.dispose);

/**
 * Starts a span below the active one, for a stretch of code that is no method: ended by `end()`, or by `using` at the end of the
 * block. It is not made active: what is called meanwhile falls under the span that is. Never throws.
 *
 * @param name the span's name
 * @param options `kind` and `attributes`, as `@Traced` takes them
 *
 * @example
 * ```ts
 * import { startSpan } from 'fc-traced';
 * export function charge(): void {
 *   using charging = startSpan('charge', { attributes: { 'payment.method': 'card' } });
 *   charging.span.addEvent('accepted');
 * }
 * ```
 */
export function startSpan(name: string, options: SpanOptions = {}): OpenSpan {
  const span = open(name, options);
  let ended = span === undefined;
  const end = (): void => {
    if (!ended) endSafely(span!);
    ended = true;
  };
  return { span: span ?? currentSpan(), end, [disposeKey]: end };
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

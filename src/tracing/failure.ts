import { SpanStatusCode } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';

/** An error as a span shows it. */
interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
}

/** In which trace an error was recorded already. */
const recordedIn = new WeakMap<object, string>();
/** The primitive that a span's child failed with: `throw 'text'` cannot be marked, so the way out is marked instead. */
const passedUp = new WeakMap<Span, { readonly error: unknown }>();

/**
 * Marks a span as failed. The error itself becomes an `exception` event only on the first, so innermost, span of a trace
 * that it passes; the spans around it get the status alone. Takes anything that can be thrown; never throws.
 */
export function recordFailure(span: Span, error: unknown, parent: Span | undefined): void {
  try {
    const description = describe(error);
    if (!isRecorded(span, error)) {
      span.recordException({ name: description.type, message: description.message, ...(description.stack === undefined ? {} : { stack: description.stack }) });
    }
    remember(span, error, parent);
    span.setAttribute('error.type', description.type);
    span.setStatus({ code: SpanStatusCode.ERROR, message: description.message });
  } catch {
    // A span that cannot take an error must not replace it.
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isRecorded(span: Span, error: unknown): boolean {
  if (isObject(error)) return recordedIn.get(error) === span.spanContext().traceId;
  const passed = passedUp.get(span);
  return passed !== undefined && Object.is(passed.error, error);
}

function remember(span: Span, error: unknown, parent: Span | undefined): void {
  if (isObject(error)) recordedIn.set(error, span.spanContext().traceId);
  else if (parent !== undefined) passedUp.set(parent, { error });
}

function describe(error: unknown): ErrorDescription {
  if (!isObject(error)) return { type: error === null ? 'null' : typeof error, message: String(error) };
  const name = textOf(error, 'name') ?? textOf(constructorOf(error), 'name') ?? 'Error';
  const stack = textOf(error, 'stack');
  return { type: name, message: textOf(error, 'message') ?? '', ...(stack === undefined ? {} : { stack }) };
}

function constructorOf(value: object): unknown {
  try {
    return value.constructor;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown, key: string): string | undefined {
  try {
    const found = (value as Record<string, unknown> | null | undefined)?.[key];
    return typeof found === 'string' && found !== '' ? found : undefined;
  } catch {
    return undefined;
  }
}

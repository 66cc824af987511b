import { createContextKey, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { warnOnce } from '../../diagnostics';
import type { Invocation } from './invocation';

/**
 * Returns the context key of the active span. The API does not export it, but `setSpan` passes it to a context. Returns
 * `undefined` if `getSpan` does not read the span itself from that key.
 */
function learnSpanKey(): symbol | undefined {
  let learned: symbol | undefined;
  const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  const context: Context = {
    getValue: (key) => (key === learned ? span : undefined),
    setValue(key) {
      learned = key;
      return this;
    },
    deleteValue() {
      return this;
    },
  };
  try {
    trace.setSpan(context, span);
    return trace.getSpan(context) === span ? learned : undefined;
  } catch {
    return undefined;
  }
}

const SPAN_KEY = learnSpanKey();

/**
 * The context key of the running invocation. Other copies of fc-traced in the process use it as well. A version that
 * changes {@link Invocation} incompatibly uses another key.
 */
export const INVOCATION_KEY = Symbol.for('fc-traced invocation');

/**
 * A context that stores span and invocation in fields, and delegates to another context for all other values. The
 * context of the API copies a Map for each span; this allocates one small object. Nested calls do not create a chain of
 * contexts.
 */
export class LinkedContext implements Context {
  constructor(
    private readonly base: Context,
    readonly span: Span | undefined,
    readonly invocation: Invocation | undefined,
  ) {}

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span;
    if (key === INVOCATION_KEY) return this.invocation;
    return this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN_KEY) return new LinkedContext(this.base, value as Span, this.invocation);
    if (key === INVOCATION_KEY) return new LinkedContext(this.base, this.span, value as Invocation);
    return new LinkedContext(this.base.setValue(key, value), this.span, this.invocation);
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN_KEY) return new LinkedContext(this.base, undefined, this.invocation);
    if (key === INVOCATION_KEY) return new LinkedContext(this.base, this.span, undefined);
    return new LinkedContext(this.base.deleteValue(key), this.span, this.invocation);
  }

  /** Returns the same context with another span. */
  withSpan(span: Span): LinkedContext {
    return new LinkedContext(this.base, span, this.invocation);
  }
}

function warnOfUnknownSpanKey(): void {
  warnOnce(
    '@opentelemetry/api does not keep the active span under a context key as expected; contexts of the API are used, ' +
      'which makes traced calls slower',
  );
}

/** Returns a context in which `span` is active. */
export function contextWithSpan(context: Context, span: Span): Context {
  if (context instanceof LinkedContext) return context.withSpan(span);
  if (SPAN_KEY !== undefined) return new LinkedContext(context, span, invocationIn(context));
  warnOfUnknownSpanKey();
  return trace.setSpan(context, span);
}

/** Returns a context for an invocation that has no values but these and those of `base`. */
export function contextOfInvocation(
  invocation: Invocation,
  span: Span | undefined,
  base: Context = ROOT_CONTEXT,
): Context {
  if (SPAN_KEY !== undefined) return new LinkedContext(base, span, invocation);
  warnOfUnknownSpanKey();
  const context = base.setValue(INVOCATION_KEY, invocation);
  return span === undefined ? trace.deleteSpan(context) : trace.setSpan(context, span);
}

/** Returns the active span of a context. */
export function spanIn(context: Context): Span | undefined {
  return context instanceof LinkedContext ? context.span : trace.getSpan(context);
}

/** Returns the invocation that a context belongs to. */
export function invocationIn(context: Context): Invocation | undefined {
  return context instanceof LinkedContext
    ? context.invocation
    : (context.getValue(INVOCATION_KEY) as Invocation | undefined);
}

/**
 * The context key that `suppressTracing` of `@opentelemetry/core` sets. It is not exported there, and loading that
 * package would load the SDK. `export/sdk-members.ts` checks it when the SDK is loaded.
 */
const SUPPRESSED_KEY = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Whether tracing is suppressed in a context, as exporters do for their own requests. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESSED_KEY) === true;
}

import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import type { Invocation } from './invocation';

// The API keeps its key of the active span to itself; a context that looks on while a span is set learns it.
let spanKey: symbol | undefined;
const learner: Context = {
  getValue: () => undefined,
  setValue(key) {
    spanKey = key;
    return this;
  },
  deleteValue() {
    return this;
  },
};
trace.setSpan(learner, trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 }));
const SPAN_KEY = spanKey;

/** The context key of the running invocation. */
export const INVOCATION_KEY = Symbol.for('fc-traced invocation');

/**
 * An OpenTelemetry context whose span and invocation are plain fields, the rest of it another context. The API's own
 * context copies a Map for each span; this costs one small object, and a chain of calls does not make a chain of contexts.
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

  /** The same context with another span in it. */
  withSpan(span: Span): LinkedContext {
    return new LinkedContext(this.base, span, this.invocation);
  }
}

/** A context in which `span` is active. */
export function contextWithSpan(context: Context, span: Span): Context {
  return context instanceof LinkedContext
    ? context.withSpan(span)
    : new LinkedContext(context, span, invocationIn(context));
}

/** A context for an invocation, made from nothing but what is given. */
export function contextOfInvocation(
  invocation: Invocation,
  span: Span | undefined,
  base: Context = ROOT_CONTEXT,
): LinkedContext {
  return new LinkedContext(base, span, invocation);
}

/** The span that is active in a context. */
export function spanIn(context: Context): Span | undefined {
  return context instanceof LinkedContext ? context.span : trace.getSpan(context);
}

/** The invocation that a context belongs to. */
export function invocationIn(context: Context): Invocation | undefined {
  return context instanceof LinkedContext
    ? context.invocation
    : (context.getValue(INVOCATION_KEY) as Invocation | undefined);
}

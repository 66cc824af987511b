import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { warnOnce } from '../../diagnostics';
import { EndedSpan } from './inert-spans';
import type { UnrecordedSpan } from './inert-spans';
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
 *
 * Promises, timers and sockets refer to the context in which they were created, on Node.js 20 in a property that
 * `console.log` shows. So the fields are private, there are no getters, which `inspect` can show as well, and after its
 * end a span is replaced by its ids.
 */
export class LinkedContext implements Context {
  readonly #base: Context;
  #span: Span | undefined;
  /** The ids of the span, once it has been released. */
  #released: SpanContext | undefined;
  readonly #invocation: Invocation | undefined;
  /** The context whose span this one shares, so that it is released there. */
  readonly #owner: LinkedContext | undefined;

  constructor(base: Context, span: Span | undefined, invocation: Invocation | undefined, owner?: LinkedContext) {
    this.#base = base;
    this.#span = span;
    this.#invocation = invocation;
    this.#owner = owner;
  }

  static spanOf(context: LinkedContext): Span | undefined {
    const holder = context.#owner ?? context;
    if (holder.#span === undefined && holder.#released !== undefined) holder.#span = new EndedSpan(holder.#released);
    return holder.#span;
  }

  static invocationOf(context: LinkedContext): Invocation | undefined {
    return context.#invocation;
  }

  /** Replaces the span by its ids. What stands for them is only created for work that continues. */
  release(): void {
    const span = this.#span;
    // A span that is not recorded consists of its ids.
    if (this.#released !== undefined || span === undefined) return;
    if ((span as Partial<UnrecordedSpan>).isUnrecorded === true) return;
    this.#released = span.spanContext();
    this.#span = undefined;
  }

  /** The span has ended: it is replaced by its ids with the end of the invocation. */
  end(): void {
    const open = this.#invocation?.open;
    if (open?.isOver === false) open.addEnded(this);
    else this.release();
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return LinkedContext.spanOf(this);
    if (key === INVOCATION_KEY) return this.#invocation;
    return this.#base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN_KEY) return this.#withLibrarySpan(value as Span);
    if (key === INVOCATION_KEY) return this.#sharingSpan(this.#base, value as Invocation);
    return this.#sharingSpan(this.#base.setValue(key, value), this.#invocation);
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN_KEY) return new LinkedContext(this.#base, undefined, this.#invocation);
    if (key === INVOCATION_KEY) return this.#sharingSpan(this.#base, undefined);
    return this.#sharingSpan(this.#base.deleteValue(key), this.#invocation);
  }

  /** The end of the span of a library is not known here: it is released with the invocation at the latest. */
  #withLibrarySpan(span: Span): LinkedContext {
    const open = span.isRecording() ? this.#invocation?.open : undefined;
    const owner = open?.contextOf(span);
    if (owner !== undefined) return new LinkedContext(this.#base, undefined, this.#invocation, owner);
    const context = new LinkedContext(this.#base, span, this.#invocation);
    open?.addContext(span, context);
    return context;
  }

  #sharingSpan(base: Context, invocation: Invocation | undefined): LinkedContext {
    return new LinkedContext(base, undefined, invocation, this.#owner ?? this);
  }

  /** Returns the same context with another span. */
  withSpan(span: Span): LinkedContext {
    return new LinkedContext(this.#base, span, this.#invocation);
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

/** The span of a context has ended: with its invocation, it is replaced by its ids. */
export function endContext(context: Context): void {
  (context as Partial<LinkedContext>).end?.();
}

/** Returns the active span of a context. */
export function spanIn(context: Context): Span | undefined {
  return context instanceof LinkedContext ? LinkedContext.spanOf(context) : trace.getSpan(context);
}

/** Returns the invocation that a context belongs to. */
export function invocationIn(context: Context): Invocation | undefined {
  return context instanceof LinkedContext
    ? LinkedContext.invocationOf(context)
    : (context.getValue(INVOCATION_KEY) as Invocation | undefined);
}

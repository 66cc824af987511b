import { isSpanContextValid, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Baggage, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import { mergeBaggage } from '../propagation/baggage';
import { NOTHING_EXTRACTED, readW3cHeaders } from '../propagation/carriers';
import type { ExtractedContext } from '../propagation/carriers';
import { contextWithCaller } from '../propagation/outgoing';
import { readField } from '../safe-access';
import { invocationIn, spanIn } from '../tracing/context/linked-context';
import { isObject } from './sdk-shapes';

/** Where a message comes from. */
export interface Origin {
  /** The context in which the parent of its span is active. */
  readonly context: Context;
  /** The span of the transport, where the parent is another one. */
  readonly links: Link[];
}

/** The headers of the HTTP request that brought a message: an object in 1.x of the SDK, `Headers` in 2.x. */
export function headerOf(extra: unknown, name: string): unknown {
  const old = readField(readField(extra, 'requestInfo'), 'headers');
  if (isObject(old) && old[name] !== undefined) return old[name];
  const headers = readField(readField(extra, 'request'), 'headers');
  const get = readField(headers, 'get');
  return typeof get === 'function' ? (Reflect.apply(get, headers, [name]) ?? undefined) : undefined;
}

function carriedInHeaders(extra: unknown): ExtractedContext {
  // In memory, or over stdio.
  if (readField(extra, 'requestInfo') === undefined && readField(extra, 'request') === undefined) {
    return NOTHING_EXTRACTED;
  }
  const names = ['traceparent', 'tracestate', 'baggage'];
  return readW3cHeaders(Object.fromEntries(names.map((name) => [name, headerOf(extra, name)])));
}

/** Whether what ran in a context is over: messages on a connection come in the context in which it was made, however long that is ago. */
function isOver(context: Context, span: Span | undefined): boolean {
  const invocation = invocationIn(context);
  return invocation === undefined ? (span as { ended?: unknown } | undefined)?.ended === true : invocation.open.isOver;
}

function isSame(one: SpanContext, other: SpanContext | undefined): boolean {
  return one.traceId === other?.traceId && one.spanId === other.spanId;
}

function withBaggage(context: Context, baggage: Baggage | undefined): Context {
  if (baggage === undefined) return context;
  return propagation.setBaggage(context, mergeBaggage(baggage, propagation.getBaggage(context))!);
}

/**
 * Decides which span an incoming message continues: that of its `_meta`, else of the HTTP request's headers, else the active one. Where
 * the active span, such as that of the HTTP request, is of the very trace that the headers name, it stands below what they name, and
 * goes before them. An active span that is not the parent is linked, as the conventions have it, but for `unlinked`: spans of the
 * connection itself.
 */
export function originOf(meta: ExtractedContext, extra: unknown, given: Context, unlinked: (span: Span) => boolean): Origin {
  const over = isOver(given, spanIn(given));
  const ambient = over ? ROOT_CONTEXT : given;
  const active = spanIn(ambient);
  const activeContext = active?.spanContext();
  const inHeaders = meta.spanContext === undefined || meta.baggage === undefined ? carriedInHeaders(extra) : undefined;
  const isBelowHeaders = activeContext !== undefined && activeContext.traceId === inHeaders?.spanContext?.traceId;
  const parent = meta.spanContext ?? (isBelowHeaders ? undefined : inHeaders?.spanContext);
  const context = withBaggage(ambient, mergeBaggage(meta.baggage, inHeaders?.baggage));
  // In one process the parent may be the active span itself.
  if (parent === undefined || isSame(parent, activeContext)) return { context, links: [] };
  const isLinked =
    active !== undefined &&
    isSpanContextValid(activeContext!) &&
    (activeContext!.traceFlags & 1) === 1 &&
    !unlinked(active);
  return { context: contextWithCaller(context, parent), links: isLinked ? [{ context: activeContext! }] : [] };
}

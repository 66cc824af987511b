import { isSpanContextValid, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Baggage, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import { countLoss, countMalformed } from '../diagnostics';
import { mergeBaggage } from '../propagation/baggage';
import { NOTHING_EXTRACTED, readW3cHeaders } from '../propagation/carriers';
import type { ExtractedContext } from '../propagation/carriers';
import { contextWithCaller } from '../propagation/outgoing';
import { fcPropagator } from '../propagation/propagator';
import { invocationIn, spanIn } from '../tracing/context/linked-context';
import { hasHttpRequest, headerOf, isObject } from './sdk-shapes';
import type { Message } from './sdk-shapes';

/** The keys that the protocol reserves in `_meta` for W3C Trace Context and Baggage. */
const KEYS = ['traceparent', 'tracestate', 'baggage'] as const;

/** Longer strings are not parsed: unlike the headers of an HTTP request, strings in a message can have any length. */
const MAX_LENGTH = 16_384;

/**
 * Extracts `traceparent`, `tracestate` and `baggage` from `params._meta` of a message. Malformed values are counted and
 * ignored. Never throws.
 * Specification: https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta (SEP-414)
 */
export function extractMeta(params: unknown): ExtractedContext {
  try {
    const meta = isObject(params) ? params._meta : undefined;
    if (meta === undefined || meta === null) return NOTHING_EXTRACTED;
    const found: Partial<Record<(typeof KEYS)[number], unknown>> = {};
    let malformed = isObject(meta) ? 0 : 1;
    for (const key of KEYS) {
      const value: unknown = Object.hasOwn(meta, key) ? Reflect.get(meta, key) : undefined;
      // JSON has no `undefined`, but the in-memory transport passes it on.
      if (value === undefined) continue;
      // HTTP allows several headers of a name; the protocol requires one string.
      if (typeof value === 'string' && value.length <= MAX_LENGTH) found[key] = value;
      else malformed += 1;
    }
    const extracted = readW3cHeaders(found);
    return counted({ ...extracted, malformed: extracted.malformed + malformed });
  } catch {
    return counted({ malformed: 1 });
  }
}

function counted(extracted: ExtractedContext): ExtractedContext {
  if (extracted.malformed > 0) {
    const message = 'malformed trace context or baggage in the _meta of an MCP message was left out';
    countMalformed(extracted.malformed, message);
  }
  return extracted;
}

/** The keys of `_meta` that propagate a context. Never throws. */
export function metaOf(context: Context): Readonly<Record<string, string>> {
  const meta: Record<string, string> = {};
  try {
    fcPropagator.inject(context, meta, {
      set: (carrier, key, value) => void ((carrier as Record<string, string>)[key] = value),
    });
  } catch {
    countLoss('an MCP message carries no trace context: it could not be written to _meta');
  }
  return meta;
}

/**
 * Returns a copy of a message, or of a request as the program passes it to the SDK, with `added` in its `params._meta`.
 * Other keys are kept. Trace context that is already there is replaced, as an HTTP client span replaces headers.
 */
export function withMeta<T extends Message>(message: T, added: Readonly<Record<string, string>>): T {
  if (Object.keys(added).length === 0) return message;
  const { params } = message;
  const meta = isObject(params) ? params._meta : undefined;
  // Invalid params are sent as they are, for the SDK or the other side to reject.
  if ((params !== undefined && !isObject(params)) || (meta !== undefined && !isObject(meta))) return message;
  const merged: Record<string, unknown> = { ...meta, ...added };
  if (added.traceparent !== undefined && added.tracestate === undefined) delete merged.tracestate;
  return { ...message, params: { ...params, _meta: merged } };
}

/** The parent and links of the span of an incoming message. */
export interface IncomingParent {
  /** The context in which the parent span is active. */
  readonly context: Context;
  readonly links: Link[];
}

function extractHeaders(extra: unknown): ExtractedContext {
  if (!hasHttpRequest(extra)) return NOTHING_EXTRACTED;
  return readW3cHeaders(Object.fromEntries(KEYS.map((name) => [name, headerOf(extra, name)])));
}

/** Whether the invocation or span of a context has ended. Messages arrive in the context that opened the connection. */
function hasEnded(context: Context, span: Span | undefined): boolean {
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
 * Resolves the parent of an incoming message: the span in `_meta`, else the span in the headers of the HTTP request,
 * else the active span. If the active span is in the trace that the headers name, it is a descendant of the span that
 * they name, for example the span of the HTTP request itself, and takes precedence over them.
 *
 * As the conventions require, an active span that is not the parent is linked, except spans for which `isOwn` is true:
 * those of requests on this connection.
 */
export function resolveIncomingParent(
  meta: ExtractedContext,
  extra: unknown,
  context: Context,
  isOwn: (span: Span) => boolean,
): IncomingParent {
  const ambient = hasEnded(context, spanIn(context)) ? ROOT_CONTEXT : context;
  const active = spanIn(ambient);
  const activeSpanContext = active?.spanContext();
  const headers = meta.spanContext === undefined || meta.baggage === undefined ? extractHeaders(extra) : undefined;
  const isBelowHeaders = activeSpanContext !== undefined && activeSpanContext.traceId === headers?.spanContext?.traceId;
  const parent = meta.spanContext ?? (isBelowHeaders ? undefined : headers?.spanContext);
  const withAllBaggage = withBaggage(ambient, mergeBaggage(meta.baggage, headers?.baggage));
  // Within one process, the span in `_meta` may be the active span itself.
  if (parent === undefined || isSame(parent, activeSpanContext)) return { context: withAllBaggage, links: [] };
  const isLinked =
    active !== undefined &&
    isSpanContextValid(activeSpanContext!) &&
    (activeSpanContext!.traceFlags & 1) === 1 &&
    !isOwn(active);
  return {
    context: contextWithCaller(withAllBaggage, parent),
    links: isLinked ? [{ context: activeSpanContext! }] : [],
  };
}

import type { Context } from '@opentelemetry/api';
import { countError, countMalformed } from '../diagnostics';
import { NOTHING_EXTRACTED, readW3cHeaders } from '../propagation/carriers';
import type { ExtractedContext } from '../propagation/carriers';
import { fcPropagator } from '../propagation/propagator';
import { isObject } from './sdk-shapes';
import type { Message } from './sdk-shapes';

/** The keys that the protocol reserves, without a prefix, for W3C's context. */
const KEYS = ['traceparent', 'tracestate', 'baggage'] as const;

/** HTTP limits a header's length; nothing limits a text in a message. Longer ones are not looked into. */
const MAX_TEXT = 16_384;

/**
 * Reads `traceparent`, `tracestate` and `baggage` of a message's `params._meta`. What is not well-formed is counted and left out.
 * Never throws.
 * Specification: https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta (SEP-414)
 */
export function readMeta(params: unknown): ExtractedContext {
  try {
    const meta = isObject(params) ? params._meta : undefined;
    if (meta === undefined || meta === null) return NOTHING_EXTRACTED;
    const found: Partial<Record<(typeof KEYS)[number], unknown>> = {};
    let malformed = isObject(meta) ? 0 : 1;
    for (const key of KEYS) {
      const value: unknown = Object.hasOwn(meta, key) ? Reflect.get(meta, key) : undefined;
      // A transport within a process hands on what JSON has no word for.
      if (value === undefined) continue;
      // Where HTTP allows a list of headers, the protocol has one text.
      if (typeof value === 'string' && value.length <= MAX_TEXT) found[key] = value;
      else malformed += 1;
    }
    const carried = readW3cHeaders(found);
    return told({ ...carried, malformed: carried.malformed + malformed });
  } catch {
    return told({ malformed: 1 });
  }
}

function told(carried: ExtractedContext): ExtractedContext {
  if (carried.malformed > 0) {
    countMalformed(carried.malformed, 'malformed trace context or baggage in the _meta of an MCP message was left out');
  }
  return carried;
}

/** What is passed on from a context, under the keys of `_meta`. */
export function metaOf(context: Context): Readonly<Record<string, string>> {
  const meta: Record<string, string> = {};
  try {
    fcPropagator.inject(context, meta, {
      set: (carrier, key, value) => void ((carrier as Record<string, string>)[key] = value),
    });
  } catch {
    countError('the trace could not be passed on in the _meta of an MCP message');
  }
  return meta;
}

/**
 * A message, or a request as the program made it, with these in its `params._meta`: a copy, whose other keys are those that were
 * there. A trace that is named already is replaced, as an HTTP client's header is: the one who gets the message is called from here.
 */
export function withMeta<T extends Message>(message: T, own: Readonly<Record<string, string>>): T {
  if (Object.keys(own).length === 0) return message;
  const { params } = message;
  const meta = isObject(params) ? params._meta : undefined;
  // What is no object is the program's affair.
  if ((params !== undefined && !isObject(params)) || (meta !== undefined && !isObject(meta))) return message;
  const merged: Record<string, unknown> = { ...meta, ...own };
  if (own.traceparent !== undefined && own.tracestate === undefined) delete merged.tracestate;
  return { ...message, params: { ...params, _meta: merged } };
}

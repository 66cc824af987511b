import { isSpanContextValid } from '@opentelemetry/api';
import type { Baggage, Link, SpanContext } from '@opentelemetry/api';
import { countMalformed } from '../diagnostics';
import { readText } from '../safe-access';
import { mergeBaggage } from './baggage';
import {
  KNOWN_FLAGS,
  NOTHING_EXTRACTED,
  parseJaegerParent,
  parseTraceparent,
  readFcTracing,
  readW3cHeaders,
} from './carriers';
import type { ExtractedContext } from './carriers';

/** The remote parent, links and baggage of an invocation. */
export interface Parentage {
  /** The parent of the invocation span; `undefined` starts a new trace. */
  readonly parent: SpanContext | undefined;
  /** Links to other traces that the caller named. */
  readonly links: readonly Link[];
  readonly baggage: Baggage | undefined;
}

/** Where trace context can come from, in order of precedence. */
export interface ParentSources {
  /** The `parent` option: a span context, a `traceparent` or Jaeger string, or an object of W3C headers. */
  readonly explicit?: unknown;
  /** Request headers of an HTTP event. */
  readonly headers?: unknown;
  /** FC's `context.tracing`. */
  readonly tracing?: unknown;
}

function readSpanContext(given: SpanContext): ExtractedContext {
  try {
    const { traceId, spanId, traceFlags, traceState } = given;
    if (!isSpanContextValid({ traceId, spanId, traceFlags: 0 })) return { malformed: 1 };
    return {
      spanContext: {
        // OpenTelemetry's check accepts upper case, but ids are compared and sent as they are.
        traceId: traceId.toLowerCase(),
        spanId: spanId.toLowerCase(),
        traceFlags: traceFlags & KNOWN_FLAGS,
        isRemote: true,
        ...(typeof traceState?.serialize === 'function' && { traceState }),
      },
      malformed: 0,
    };
  } catch {
    return { malformed: 1 };
  }
}

function readExplicit(given: unknown): ExtractedContext {
  if (given === undefined || given === null || given === '') return NOTHING_EXTRACTED;
  if (typeof given === 'string') {
    const spanContext = parseTraceparent(given) ?? parseJaegerParent(given);
    return spanContext === undefined ? { malformed: 1 } : { spanContext, malformed: 0 };
  }
  if (typeof given === 'object' && readText(given, 'traceId') !== undefined) {
    return readSpanContext(given as SpanContext);
  }
  return typeof given === 'object' ? readW3cHeaders(given) : { malformed: 1 };
}

const SOURCE_NAMES = ['the parent option', 'the request headers', 'context.tracing'];

/**
 * Resolves the parent of an invocation. The first valid source is the parent: the `parent` option, the W3C headers,
 * `context.tracing`. Without a valid source the invocation starts a new trace.
 *
 * Further valid sources become links if they name another trace. Within the same trace they are ignored, because some
 * backends lose the parent of a span that also links to it. Baggage is merged in the same order. Malformed sources are
 * counted, logged once through `diag`, and skipped. Never throws.
 */
export function resolveParent(sources: ParentSources): Parentage {
  const all = [readExplicit(sources.explicit), readW3cHeaders(sources.headers), readFcTracing(sources.tracing)];
  if (all.every((extracted) => extracted === NOTHING_EXTRACTED)) {
    return { parent: undefined, links: [], baggage: undefined };
  }
  let parent: SpanContext | undefined;
  let baggage: Baggage | undefined;
  const links: Link[] = [];
  all.forEach(({ spanContext, baggage: extracted, malformed }, index) => {
    if (malformed > 0) {
      countMalformed(malformed, `malformed trace context or baggage in ${SOURCE_NAMES[index]!} was left out`);
    }
    baggage = mergeBaggage(baggage, extracted);
    if (spanContext === undefined) return;
    parent ??= spanContext;
    const isOf = ({ traceId }: SpanContext): boolean => traceId === spanContext.traceId;
    if (!isOf(parent) && !links.some(({ context }) => isOf(context))) links.push({ context: spanContext });
  });
  return { parent, links, baggage };
}

import { isSpanContextValid } from '@opentelemetry/api';
import type { Baggage, Link, SpanContext } from '@opentelemetry/api';
import { countMalformed } from '../diagnostics';
import { readText } from '../safe-access';
import { mergeBaggage } from './baggage';
import {
  jaegerParent,
  KNOWN_FLAGS,
  NOTHING_CARRIED,
  parseTraceparent,
  readFcTracing,
  readW3cHeaders,
} from './carriers';
import type { Carried } from './carriers';

/** Where an invocation comes from. */
export interface Parentage {
  /** The span that the invocation span continues; nothing starts a new trace. */
  readonly parent: SpanContext | undefined;
  /** Other traces that the caller named as well. */
  readonly links: readonly Link[];
  readonly baggage: Baggage | undefined;
}

/** What the caller may have said, strongest first. */
export interface ParentSources {
  /** What the `parent` option gave: a span context, a `traceparent` or Jaeger text, or an object of W3C headers. */
  readonly explicit?: unknown;
  /** Request headers of an HTTP event. */
  readonly headers?: unknown;
  /** FC's `context.tracing`. */
  readonly tracing?: unknown;
}

function readSpanContext(given: SpanContext): Carried {
  try {
    const { traceId, spanId, traceFlags, traceState } = given;
    if (!isSpanContextValid({ traceId, spanId, traceFlags: 0 })) return { malformed: 1 };
    return {
      spanContext: {
        // OpenTelemetry's check lets capitals pass, but ids are compared, and sent, as they are.
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

function readExplicit(given: unknown): Carried {
  if (given === undefined || given === null || given === '') return NOTHING_CARRIED;
  if (typeof given === 'string') {
    const spanContext = parseTraceparent(given) ?? jaegerParent(given);
    return spanContext === undefined ? { malformed: 1 } : { spanContext, malformed: 0 };
  }
  if (typeof given === 'object' && readText(given, 'traceId') !== undefined) {
    return readSpanContext(given as SpanContext);
  }
  return typeof given === 'object' ? readW3cHeaders(given) : { malformed: 1 };
}

/**
 * Decides which span an invocation continues: explicit option, W3C headers, `context.tracing`, else a new root.
 *
 * A further valid one that names another trace becomes a link; one of the same trace is left out, since a link to a span's own
 * parent makes backends lose the parent. Baggage is merged in the same order. Never throws: what is malformed is counted,
 * told once through `diag`, and passed over.
 */
export function resolveParent(sources: ParentSources): Parentage {
  const all = [readExplicit(sources.explicit), readW3cHeaders(sources.headers), readFcTracing(sources.tracing)];
  const names = ['the parent option', 'the request headers', 'context.tracing'];
  all.forEach(({ malformed }, index) => {
    if (malformed > 0) {
      countMalformed(malformed, `malformed trace context or baggage in ${names[index]!} was left out`);
    }
  });
  const found = all.flatMap(({ spanContext }) => (spanContext === undefined ? [] : [spanContext]));
  const [parent, ...others] = found;
  const traces = new Set([parent?.traceId]);
  const links: Link[] = [];
  for (const context of others) {
    if (traces.has(context.traceId)) continue;
    traces.add(context.traceId);
    links.push({ context });
  }
  const baggage = all.reduce<Baggage | undefined>(
    (merged, carried) => mergeBaggage(merged, carried.baggage),
    undefined,
  );
  return { parent, links, baggage };
}

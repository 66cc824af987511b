import type { SpanRecord } from './span-record';

/** A span with the spans below it, earliest first. */
export interface SpanNode {
  readonly span: SpanRecord;
  readonly children: readonly SpanNode[];
}

/** One trace: its id and its topmost spans (more than one when a parent was not among the spans given). */
export interface Trace {
  readonly traceId: string;
  readonly roots: readonly SpanNode[];
  readonly spans: readonly SpanRecord[];
}

function byStart(a: SpanRecord, b: SpanRecord): number {
  return a.startNanos < b.startNanos ? -1 : a.startNanos > b.startNanos ? 1 : 0;
}

function traceOf(traceId: string, unordered: readonly SpanRecord[]): Trace {
  const spans = [...unordered].sort(byStart);
  const known = new Set(spans.map((span) => span.spanId));
  const below = new Map<string | undefined, SpanRecord[]>();
  for (const span of spans) {
    const parent = span.parentSpanId !== undefined && known.has(span.parentSpanId) ? span.parentSpanId : undefined;
    const siblings = below.get(parent);
    if (siblings === undefined) below.set(parent, [span]);
    else siblings.push(span);
  }
  const nodeOf = (span: SpanRecord): SpanNode => ({ span, children: (below.get(span.spanId) ?? []).map(nodeOf) });
  return { traceId, roots: (below.get(undefined) ?? []).map(nodeOf), spans };
}

/** Groups spans into traces, in the order in which the traces first appear; a span whose parent is missing becomes a root. */
export function buildTraces(spans: Iterable<SpanRecord>): Trace[] {
  const byTrace = new Map<string, SpanRecord[]>();
  for (const span of spans) {
    const members = byTrace.get(span.traceId);
    if (members === undefined) byTrace.set(span.traceId, [span]);
    else members.push(span);
  }
  return [...byTrace].map(([traceId, members]) => traceOf(traceId, members));
}

import type { SpanKindName } from '../tracing/calls/span-spec';

/** The three OpenTelemetry status codes, by name. */
export type StatusName = 'UNSET' | 'OK' | 'ERROR';

/** An event of a finished span. */
export interface EventRecord {
  readonly name: string;
  readonly timeNanos: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A link of a finished span. Ids are lower-case hex, 32 and 16 digits. */
export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * One finished span as plain data, whichever way it came: from the SDK in this process, from OTLP or from
 * Jaeger thrift. Ids are lower-case hex (32 and 16 digits); times are nanoseconds since the Unix epoch.
 */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent on a root span. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  readonly status: { readonly code: StatusName; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly EventRecord[];
  readonly links: readonly LinkRecord[];
  readonly resource: Readonly<Record<string, unknown>>;
}

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

/** What a drawn span shows beside its name. */
export interface RenderOptions {
  /** Text after the name, such as a duration. Default: nothing. */
  readonly note?: (span: SpanRecord) => string;
  /** Attribute keys to show, in this order, where a span has them. Default: none. */
  readonly attributes?: readonly string[];
}

function labelOf(span: SpanRecord, options: RenderOptions): string {
  const parts = [span.name];
  const note = options.note?.(span);
  if (note !== undefined && note !== '') parts.push(note);
  if (span.status.code !== 'UNSET') {
    parts.push(span.status.message ? `${span.status.code} ${JSON.stringify(span.status.message)}` : span.status.code);
  }
  for (const key of options.attributes ?? []) {
    if (key in span.attributes) parts.push(`${key}=${JSON.stringify(span.attributes[key])}`);
  }
  return parts.join('  ');
}

function draw(node: SpanNode, options: RenderOptions, first: string, rest: string, lines: string[]): void {
  lines.push(first + labelOf(node.span, options));
  node.children.forEach((child, index) => {
    const last = index === node.children.length - 1;
    draw(child, options, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`, lines);
  });
}

/** Draws a trace as lines of text, a span a line, children indented below their parent in order of start. */
export function renderTrace(trace: Trace, options: RenderOptions = {}): string {
  const lines: string[] = [];
  for (const root of trace.roots) draw(root, options, '', '', lines);
  return lines.join('\n');
}

import { check, checkOptions } from '../config/check-options';
import type { Checks } from '../config/check-options';
import type { SpanKindName } from '../tracing/calls/span-spec';
import { checkTrace, invalidArgument } from './check-arguments';
import { withJson, withText } from './trace-json';

/** The names of OpenTelemetry's status codes. */
export type StatusName = 'UNSET' | 'OK' | 'ERROR';

/** An event of an ended span. */
export interface EventRecord {
  readonly name: string;
  readonly timeNanos: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A link of an ended span. Ids are lower-case hex, 32 and 16 digits. */
export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * An ended span as plain data, converted from a span of the SDK, from OTLP or from Jaeger Thrift. Ids are lower-case
 * hex, 32 and 16 digits. Times are nanoseconds since the Unix epoch.
 */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  /** The id of the parent span. Absent on a root span. */
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

/** A span with its children in order of their start. */
export interface SpanNode {
  readonly span: SpanRecord;
  readonly children: readonly SpanNode[];
}

/**
 * The spans of one trace id. `String(trace)` is its tree, as {@link renderTrace} returns it. `JSON.stringify(trace)`
 * encodes nanoseconds as decimal strings.
 */
export interface Trace {
  readonly traceId: string;
  /** The spans without a parent among `spans`. */
  readonly roots: readonly SpanNode[];
  /** All spans in order of their start. */
  readonly spans: readonly SpanRecord[];
  /** Returns the tree of the trace, without attributes. */
  toString(): string;
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
  const trace = withJson({ traceId, roots: (below.get(undefined) ?? []).map(nodeOf), spans });
  return withText(trace, () => renderTrace(trace));
}

/**
 * Groups spans into traces, in the order in which the trace ids first occur. A span whose parent is missing is a root.
 *
 * @throws FcTracedError `INVALID_TARGET` if `spans` is not an iterable of spans
 *
 * @example
 * ```ts
 * import { buildTraces, recordTraces } from 'fc-traced/testing';
 * const recorder = recordTraces();
 * export const servers = () => buildTraces(recorder.spans().filter(({ kind }) => kind === 'server'));
 * ```
 */
export function buildTraces(spans: Iterable<SpanRecord>): Trace[] {
  const all = typeof spans === 'object' && spans !== null && Symbol.iterator in spans ? [...spans] : undefined;
  if (all?.every((span) => typeof (span as Partial<SpanRecord> | undefined)?.spanId === 'string') !== true) {
    throw invalidArgument('buildTraces takes spans, such as spans() of the recorder that recordTraces returns');
  }
  const byTrace = new Map<string, SpanRecord[]>();
  for (const span of all) {
    const members = byTrace.get(span.traceId);
    if (members === undefined) byTrace.set(span.traceId, [span]);
    else members.push(span);
  }
  return [...byTrace].map(([traceId, members]) => traceOf(traceId, members));
}

/** Options of `renderTrace`. */
export interface RenderOptions {
  /** Returns text that follows the name of a span, such as its duration. Default: none. */
  readonly note?: (span: SpanRecord) => string;
  /** Keys of the attributes to show, in this order. Default: none. */
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

function renderNode(node: SpanNode, options: RenderOptions, first: string, rest: string, lines: string[]): void {
  lines.push(first + labelOf(node.span, options));
  node.children.forEach((child, index) => {
    const last = index === node.children.length - 1;
    renderNode(child, options, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`, lines);
  });
}

const RENDER_CHECKS: Checks = {
  note: check.function,
  attributes: check.arrayOf('keys', (item) => check.string(item) === undefined),
};

/**
 * Renders a trace as text with one line per span. Children are indented below their parent, in order of their start.
 *
 * @throws FcTracedError `INVALID_TARGET` if `trace` is not a trace, `INVALID_OPTION` for an unknown option or an invalid
 *   value
 *
 * @example
 * ```ts
 * import { recordTraces, renderTrace } from 'fc-traced/testing';
 * const traces = recordTraces();
 * // … call a handler …
 * export const text = (): string => renderTrace(traces.only(), { attributes: ['order.id'] });
 * ```
 */
export function renderTrace(trace: Trace, options: RenderOptions = {}): string {
  checkTrace(trace, 'renderTrace');
  checkOptions(options, 'renderTrace', RENDER_CHECKS);
  const lines: string[] = [];
  for (const root of trace.roots) renderNode(root, options, '', '', lines);
  return lines.join('\n');
}

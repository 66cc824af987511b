import { criticalPath } from './critical-path';
import type { Interval } from './intervals';
import { coveredNanos } from './intervals';
import { parentsOf } from './parents';
import { phaseOf } from './phase';
import type { Phase } from './phase';
import { isAbandoned, isSnapshot, withoutSuperseded } from './snapshots';
import type { TraceData, ViewerLog, ViewerSpan } from './span';
import { isError } from './summary';

/** A span in its trace. Times are nanoseconds since the start of the trace. */
export interface SpanNode {
  readonly span: ViewerSpan;
  readonly parent: SpanNode | undefined;
  readonly children: SpanNode[];
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  /** The part of the duration in which no child runs. */
  readonly selfNanos: number;
  readonly phase: Phase;
  readonly error: boolean;
  /** Whether the span has a parent that has not arrived. */
  readonly orphan: boolean;
  /** Whether the call was cut off while the span was open. This may be its snapshot, if the span never arrived. */
  readonly cutOff: boolean;
  readonly logs: readonly ViewerLog[];
  /** The parts of the span that are on the critical path. */
  readonly critical: Interval[];
}

/** A trace, prepared to be shown. */
export interface TraceModel {
  readonly traceId: string;
  readonly roots: readonly SpanNode[];
  /** All spans, each before its children, siblings in order of their start. */
  readonly nodes: readonly SpanNode[];
  readonly startNanos: bigint;
  readonly durationNanos: number;
  readonly logs: readonly ViewerLog[];
}

type MutableNode = { -readonly [K in keyof SpanNode]: SpanNode[K] };

function logsBySpan(logs: readonly ViewerLog[]): Map<string, ViewerLog[]> {
  const groups = new Map<string, ViewerLog[]>();
  for (const log of logs) {
    const group = groups.get(log.spanId ?? '');
    if (group === undefined) groups.set(log.spanId ?? '', [log]);
    else group.push(log);
  }
  return groups;
}

/** The spans in order of their start. Numbers are compared, because that is much faster than comparing bigints. */
function inOrder(spans: readonly ViewerSpan[]): ViewerSpan[] {
  const base = spans[0]?.startNanos ?? 0n;
  return spans
    .map((span) => ({ span, start: Number(span.startNanos - base) }))
    .sort((a, b) => a.start - b.start)
    .map(({ span }) => span);
}

const byTime = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Prepares a trace to be shown: its tree, times, phases and critical path. Superseded snapshots are left out. */
export function buildTrace(data: TraceData): TraceModel {
  const spans = inOrder(withoutSuperseded(data.spans));
  const hasSnapshots = data.spans.some(isSnapshot);
  const logs = [...(data.logs ?? [])].sort((a, b) => byTime(a.timeNanos, b.timeNanos));
  const startNanos = spans[0]?.startNanos ?? logs[0]?.timeNanos ?? 0n;
  const parents = parentsOf(spans);
  const below = new Map<ViewerSpan | undefined, ViewerSpan[]>();
  for (const span of spans) {
    const siblings = below.get(parents.get(span));
    if (siblings === undefined) below.set(parents.get(span), [span]);
    else siblings.push(span);
  }
  const logsOf = logsBySpan(logs);
  const nodes: MutableNode[] = [];
  const roots: MutableNode[] = [];
  // An explicit stack: a chain of calls may be deeper than the stack of the engine.
  const pending = (below.get(undefined) ?? []).map((span) => ({ span, parent: undefined as MutableNode | undefined }));
  pending.reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { span, parent } = next;
    const start = Number(span.startNanos - startNanos);
    const node: MutableNode = {
      span,
      parent,
      children: [],
      depth: parent === undefined ? 0 : parent.depth + 1,
      start,
      end: Math.max(start, Number(span.endNanos - startNanos)),
      selfNanos: 0,
      phase: phaseOf(span, parent?.phase),
      error: isError(span),
      orphan: parent === undefined && span.parentSpanId !== undefined,
      cutOff: isSnapshot(span) || (hasSnapshots && isAbandoned(span)),
      logs: logsOf.get(span.spanId) ?? [],
      critical: [],
    };
    (parent?.children ?? roots).push(node);
    nodes.push(node);
    for (const child of (below.get(span) ?? []).reverse()) pending.push({ span: child, parent: node });
  }
  for (const node of nodes) node.selfNanos = node.end - node.start - coveredNanos(node.children, node.start, node.end);
  const durationNanos = nodes.reduce((latest, node) => Math.max(latest, node.end), 0);
  for (const { node, start, end } of criticalPath(roots, durationNanos)) node.critical.push({ start, end });
  return { traceId: spans[0]?.traceId ?? logs[0]?.traceId ?? '', roots, nodes, startNanos, durationNanos, logs };
}

import { PHASES } from './phase';
import type { Phase } from './phase';
import { serviceOf } from './summary';
import type { SpanNode, TraceModel } from './trace-model';

/** The spans with one name, service and kind, taken together. */
export interface NameTotals {
  readonly name: string;
  readonly service: string;
  readonly phase: Phase;
  readonly count: number;
  readonly errors: number;
  readonly totalNanos: number;
  readonly selfNanos: number;
  readonly criticalNanos: number;
  readonly maxNanos: number;
  readonly medianNanos: number;
  readonly nodes: readonly SpanNode[];
}

/** The time that a span is on the critical path. */
export function criticalNanos(node: SpanNode): number {
  return node.critical.reduce((sum, { start, end }) => sum + end - start, 0);
}

function totalsOf(nodes: readonly SpanNode[]): NameTotals {
  const durations = nodes.map(({ start, end }) => end - start).sort((a, b) => a - b);
  const sum = (valueOf: (node: SpanNode) => number): number => nodes.reduce((total, node) => total + valueOf(node), 0);
  const first = nodes[0]!;
  return {
    name: first.span.name,
    service: serviceOf(first.span),
    phase: first.phase,
    count: nodes.length,
    errors: sum(({ error }) => (error ? 1 : 0)),
    totalNanos: sum(({ start, end }) => end - start),
    selfNanos: sum(({ selfNanos }) => selfNanos),
    criticalNanos: sum(criticalNanos),
    maxNanos: durations.at(-1) ?? 0,
    medianNanos: durations[Math.floor((durations.length - 1) / 2)] ?? 0,
    nodes,
  };
}

/** Sums by name, the one with the most self time first. */
export function totalsByName(trace: TraceModel): NameTotals[] {
  const groups = new Map<string, SpanNode[]>();
  for (const node of trace.nodes) {
    const key = [node.span.name, serviceOf(node.span), node.span.kind, node.phase].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return [...groups.values()].map(totalsOf).sort((a, b) => b.selfNanos - a.selfNanos);
}

/** How much of the time that the trace took each phase is to blame for. Together with the gaps: the trace's duration. */
export function phaseTotals(trace: TraceModel): Readonly<Record<Phase, number>> {
  const totals: Record<Phase, number> = { platform: 0, coldStart: 0, function: 0 };
  for (const node of trace.nodes) totals[node.phase] += criticalNanos(node);
  return totals;
}

/** Whether a trace has other phases than the function's work. */
export function hasPhases(trace: TraceModel): boolean {
  const totals = new Set(trace.nodes.map(({ phase }) => phase));
  return PHASES.some((phase) => phase !== 'function' && totals.has(phase));
}

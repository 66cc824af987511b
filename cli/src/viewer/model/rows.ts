import type { SpanNode, TraceModel } from './trace-model';

/** What decides which spans have a row. */
export interface RowFilter {
  readonly collapsed: ReadonlySet<SpanNode>;
  /** The spans that a search found. `undefined` without a search, or if it does not hide the others. */
  readonly only?: ReadonlySet<SpanNode> | undefined;
}

/** The spans that have a row, in order. With `only`, those spans and what is above them. */
export function visibleRows(trace: TraceModel, { collapsed, only }: RowFilter): SpanNode[] {
  const kept = only === undefined ? undefined : withAncestors(only);
  const rows: SpanNode[] = [];
  let hiddenBelow = Infinity;
  for (const node of trace.nodes) {
    if (node.depth > hiddenBelow) continue;
    // What a search found is shown, also in a collapsed span.
    hiddenBelow = kept === undefined && collapsed.has(node) ? node.depth : Infinity;
    if (kept === undefined || kept.has(node)) rows.push(node);
  }
  return rows;
}

function withAncestors(nodes: ReadonlySet<SpanNode>): Set<SpanNode> {
  const kept = new Set<SpanNode>();
  for (const node of nodes) {
    for (let at: SpanNode | undefined = node; at !== undefined && !kept.has(at); at = at.parent) kept.add(at);
  }
  return kept;
}

/** The row after, or before, `current` that is in `wanted`, around the end of the list if necessary. */
export function nextIn(
  nodes: readonly SpanNode[],
  wanted: ReadonlySet<SpanNode>,
  current: SpanNode | undefined,
  step: 1 | -1,
): SpanNode | undefined {
  if (wanted.size === 0) return undefined;
  const from = current === undefined ? (step === 1 ? -1 : nodes.length) : nodes.indexOf(current);
  for (let count = 1; count <= nodes.length; count += 1) {
    const node = nodes[(from + step * count + nodes.length * 2) % nodes.length];
    if (node !== undefined && wanted.has(node)) return node;
  }
  return undefined;
}

import { serviceOf } from './summary';
import type { SpanNode, TraceModel } from './trace-model';

/** A span of two traces, or of one of them if the other has no such span. */
export interface DiffRow {
  readonly depth: number;
  readonly name: string;
  readonly before: SpanNode | undefined;
  readonly after: SpanNode | undefined;
  /** How much longer the second one is. The whole duration of a span that only one trace has, with its sign. */
  readonly deltaNanos: number;
  /** The same for the self time. */
  readonly selfDeltaNanos: number;
}

const durationOf = (node: SpanNode | undefined): number => (node === undefined ? 0 : node.end - node.start);

// Of siblings with the same name, the first belongs to the first, and so on.
function keyed(nodes: readonly SpanNode[]): Map<string, SpanNode> {
  const seen = new Map<string, number>();
  return new Map(
    nodes.map((node) => {
      const name = [node.span.name, node.span.kind, node.phase === 'function' ? serviceOf(node.span) : ''].join('\n');
      const index = seen.get(name) ?? 0;
      seen.set(name, index + 1);
      return [`${name}\n${index}`, node];
    }),
  );
}

/** The pairs of siblings, in the order of the first trace. Spans that only the second one has are at their place. */
function pairs(
  before: readonly SpanNode[],
  after: readonly SpanNode[],
): [SpanNode | undefined, SpanNode | undefined][] {
  const left = keyed(before);
  const right = keyed(after);
  const result: [SpanNode | undefined, SpanNode | undefined][] = [];
  const added = [...right].filter(([key]) => !left.has(key)).map(([, node]) => node);
  for (const [key, node] of left) {
    const match = right.get(key);
    while (match !== undefined && added[0] !== undefined && added[0].start < match.start) {
      result.push([undefined, added.shift()]);
    }
    result.push([node, match]);
  }
  return [...result, ...added.map((node): [undefined, SpanNode] => [undefined, node])];
}

/** Compares two traces span by span: spans are the same if their names, kinds and places in the tree are. */
export function diffTraces(before: TraceModel, after: TraceModel): DiffRow[] {
  const rows: DiffRow[] = [];
  const pending = pairs(before.roots, after.roots)
    .reverse()
    .map((pair) => ({ pair, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [left, right] = next.pair;
    rows.push({
      depth: next.depth,
      name: (right ?? left)?.span.name ?? '',
      before: left,
      after: right,
      deltaNanos: durationOf(right) - durationOf(left),
      selfDeltaNanos: (right?.selfNanos ?? 0) - (left?.selfNanos ?? 0),
    });
    const depth = next.depth + 1;
    for (const pair of pairs(left?.children ?? [], right?.children ?? []).reverse()) pending.push({ pair, depth });
  }
  return rows;
}

import type { Interval } from './intervals';

interface PathNode<N> extends Interval {
  readonly children: readonly N[];
}

/** A part of a span that is on the critical path: while it ran, nothing that the trace waited for ran below it. */
export interface CriticalSegment<N> extends Interval {
  readonly node: N;
}

/** The children in order of their ends, the last one first, without what is after the end of the parent. */
function lastFirst<N extends PathNode<N>>(
  children: readonly N[],
  end: number,
): { node: N; start: number; end: number }[] {
  if (children.length === 0) return [];
  return children
    .map((node) => ({ node, start: node.start, end: Math.min(node.end, end) }))
    .filter((one) => one.end > one.start)
    .sort((a, b) => b.end - a.end || b.start - a.start);
}

/**
 * The critical path of a trace, from its end back to its start: at each moment, the span whose earlier end would have
 * made the trace shorter. From the end of a span, the path goes to the child that ended last, continues at that child's
 * start, and so on. The time between two children is the span's own.
 */
export function criticalPath<N extends PathNode<N>>(roots: readonly N[], durationNanos: number): CriticalSegment<N>[] {
  const segments: CriticalSegment<N>[] = [];
  const add = (node: N | undefined, start: number, end: number): void => {
    if (node !== undefined && end > start) segments.push({ node, start, end });
  };
  // Each frame is a span whose path is followed back from `at`. The first stands for the whole trace.
  const frames = [
    { node: undefined as N | undefined, start: 0, at: durationNanos, rest: lastFirst(roots, durationNanos), index: 0 },
  ];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const { at } = frame;
    let next = frame.rest[frame.index];
    // Children that ran at the same time as a later one, and ended after its start, did not delay it.
    while (next !== undefined && next.end > at) next = frame.rest[(frame.index += 1)];
    if (next === undefined) {
      add(frame.node, frame.start, at);
      frames.pop();
      continue;
    }
    frame.index += 1;
    add(frame.node, Math.max(next.end, frame.start), at);
    frame.at = Math.max(next.start, frame.start);
    const start = Math.max(next.start, frame.start);
    frames.push({ node: next.node, start, at: next.end, rest: lastFirst(next.node.children, next.end), index: 0 });
  }
  return segments;
}

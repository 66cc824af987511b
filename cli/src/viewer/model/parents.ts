import { isSnapshot } from './snapshots';
import type { ViewerSpan } from './span';
import { serviceOf } from './summary';

type Parents = Map<ViewerSpan, ViewerSpan | undefined>;

/** The snapshot that a span belongs to whose parent was cut off: that of its invocation. */
function adopterOf(span: ViewerSpan, invocations: readonly ViewerSpan[]): ViewerSpan | undefined {
  return invocations.findLast(
    (one) => one !== span && serviceOf(one) === serviceOf(span) && one.startNanos <= span.startNanos,
  );
}

/**
 * The parent of each span. The spans must be in order of their start. Spans without a parent, and those whose parent is
 * missing, have none. A span that was cut off never arrives: what is below it belongs to its snapshot, and if that is
 * unknown, to the snapshot of the invocation, which is the one whose parent arrived.
 */
export function parentsOf(spans: readonly ViewerSpan[]): Parents {
  const byId = new Map<string, ViewerSpan>();
  const snapshotOf = new Map<string, ViewerSpan>();
  for (const span of spans) {
    // If two spans share an id, as client and server do in Zipkin's model, the first one is the parent.
    if (!byId.has(span.spanId)) byId.set(span.spanId, span);
    if (isSnapshot(span) && span.parentSpanId !== undefined) snapshotOf.set(span.parentSpanId, span);
  }
  const invocations = spans.filter(
    (span) => isSnapshot(span) && (span.parentSpanId === undefined || byId.has(span.parentSpanId)),
  );
  const parents: Parents = new Map();
  for (const span of spans) {
    const id = span.parentSpanId;
    const known = id === undefined ? undefined : (byId.get(id) ?? (isSnapshot(span) ? undefined : snapshotOf.get(id)));
    const parent = known ?? (id === undefined ? undefined : adopterOf(span, invocations));
    parents.set(span, parent === span ? undefined : parent);
  }
  breakCycles(spans, parents);
  return parents;
}

function breakCycles(spans: readonly ViewerSpan[], parents: Parents): void {
  // By which walk to the roots a span was reached. A walk that reaches a span of its own has found a cycle.
  const reached = new Map<ViewerSpan, number>();
  spans.forEach((span, walk) => {
    let at: ViewerSpan | undefined = span;
    while (at !== undefined && !reached.has(at)) {
      reached.set(at, walk);
      at = parents.get(at);
    }
    if (at !== undefined && reached.get(at) === walk) parents.set(at, undefined);
  });
}

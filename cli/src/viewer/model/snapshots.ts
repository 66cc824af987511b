import type { ViewerSpan } from './span';

const ATTR_SNAPSHOT = 'fc_traced.snapshot';
const EVENT_ABANDONED = 'fc_traced.abandoned';
const SUFFIX = ' (still open)';

/** Whether a span is a snapshot of one that was still open shortly before the timeout of its invocation. */
export function isSnapshot(span: ViewerSpan): boolean {
  return span.attributes[ATTR_SNAPSHOT] === true;
}

/** Whether a span was ended by `fc-traced`, because the work that it stands for had not ended. */
export function isAbandoned(span: ViewerSpan): boolean {
  return span.events.some(({ name }) => name === EVENT_ABANDONED);
}

/** The name of the span that a snapshot stands for. */
export function nameWithoutSuffix(name: string): string {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
}

/**
 * Removes the snapshots whose real span arrived. A snapshot is a child of its real span, except that of the invocation
 * span, which is its sibling.
 */
export function withoutSuperseded(spans: readonly ViewerSpan[]): readonly ViewerSpan[] {
  if (!spans.some(isSnapshot)) return spans;
  const known = new Set<string>();
  for (const span of spans) {
    if (isSnapshot(span)) continue;
    known.add(`${span.spanId} ${span.name}`);
    known.add(`${span.parentSpanId} ${span.name} ${span.startNanos}`);
  }
  return spans.filter((span) => {
    if (!isSnapshot(span)) return true;
    const name = nameWithoutSuffix(span.name);
    return !known.has(`${span.parentSpanId} ${name}`) && !known.has(`${span.parentSpanId} ${name} ${span.startNanos}`);
  });
}

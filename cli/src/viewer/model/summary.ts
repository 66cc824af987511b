import type { TraceData, ViewerSpan } from './span';

/** One line of the list of traces. Nanoseconds since the epoch are decimal strings, so that JSON can contain them. */
export interface TraceSummary {
  readonly traceId: string;
  /** The name of the first span of a request that is not FC's own; of the root if there is none. */
  readonly name: string;
  readonly service: string;
  readonly startNanos: string;
  readonly durationNanos: number;
  readonly spans: number;
  readonly logs: number;
  readonly errors: number;
  readonly services: readonly string[];
  readonly coldStart: boolean;
  readonly trigger?: string;
  readonly arrivedAfterThaw: number;
  /** Spans that were not stored, because the trace alone needs all of the memory. */
  readonly droppedSpans: number;
}

function textAttribute(span: ViewerSpan, key: string): string | undefined {
  const value = span.attributes[key];
  return typeof value === 'string' ? value : undefined;
}

/** The name of the service of a span. Empty if it has none. */
export function serviceOf(span: ViewerSpan): string {
  const name = span.resource['service.name'];
  return typeof name === 'string' ? name : '';
}

/** Whether a span stands for an error: its status says so. */
export function isError(span: ViewerSpan): boolean {
  return span.status.code === 'ERROR';
}

function earliest(spans: readonly ViewerSpan[]): ViewerSpan | undefined {
  let first = spans[0];
  for (const span of spans) if (first !== undefined && span.startNanos < first.startNanos) first = span;
  return first;
}

function isRequest(span: ViewerSpan): boolean {
  return (span.kind === 'server' || span.kind === 'consumer') && serviceOf(span) !== 'fc.platform';
}

function mainSpan(spans: readonly ViewerSpan[]): ViewerSpan | undefined {
  const ids = new Set(spans.map((span) => span.spanId));
  return (
    earliest(spans.filter(isRequest)) ??
    earliest(spans.filter(({ parentSpanId }) => parentSpanId === undefined)) ??
    earliest(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''))) ??
    earliest(spans)
  );
}

/** Summarizes a trace that has at least one span. */
export function summarize(traceId: string, { spans, logs = [] }: TraceData, droppedSpans = 0): TraceSummary {
  const main = mainSpan(spans);
  let start = main?.startNanos ?? 0n;
  let end = start;
  const services = new Set<string>();
  let trigger: string | undefined;
  let errors = 0;
  let arrivedAfterThaw = 0;
  let coldStart = false;
  for (const span of spans) {
    if (span.startNanos < start) start = span.startNanos;
    if (span.endNanos > end) end = span.endNanos;
    if (serviceOf(span) !== '') services.add(serviceOf(span));
    if (isError(span)) errors += 1;
    if (span.arrivedAfterThaw === true) arrivedAfterThaw += 1;
    if (span.attributes['faas.coldstart'] === true) coldStart = true;
    trigger ??= textAttribute(span, 'faas.trigger');
  }
  return {
    traceId,
    name: main?.name ?? '',
    service: main === undefined ? '' : serviceOf(main),
    startNanos: String(start),
    durationNanos: Number(end - start),
    spans: spans.length,
    logs: logs.length,
    errors,
    services: [...services].sort(),
    coldStart,
    ...(trigger === undefined ? {} : { trigger }),
    arrivedAfterThaw,
    droppedSpans,
  };
}

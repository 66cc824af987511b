import { buildTraces, renderTrace } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

/** The service that FC's own spans belong to. */
const PLATFORM = 'fc.platform';

const isPlatform = (span: SpanRecord): boolean => span.resource['service.name'] === PLATFORM;
const kindOf = ({ kind }: SpanRecord): string => (kind === 'internal' ? '' : kind);
const durationOf = ({ startNanos, endNanos }: SpanRecord): string =>
  `${(Number(endNanos - startNanos) / 1e6).toFixed(1)} ms`;

// Spans that began in the same microsecond, which is all that Jaeger keeps, are put in order by their names.
function byName(a: SpanRecord, b: SpanRecord): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Whether a trace is there as a whole: FC's spans and a function's, in one tree with FC's on top. */
export function isWhole(spans: readonly SpanRecord[]): boolean {
  const [trace, ...others] = buildTraces(spans);
  if (trace === undefined || others.length > 0) return false;
  return trace.roots.length === 1 && isPlatform(trace.roots[0]!.span) && !spans.every(isPlatform);
}

/** Draws a trace with the kinds of its spans and these attributes; with `durations` as well, which differ from run to run. */
export function drawTrace(spans: readonly SpanRecord[], attributes: readonly string[], durations = false): string {
  const note = (span: SpanRecord): string =>
    [kindOf(span), durations ? durationOf(span) : ''].filter((part) => part !== '').join('  ');
  return buildTraces([...spans].sort(byName))
    .map((trace) => renderTrace(trace, { note, attributes }))
    .join('\n\n');
}

/** Draws the traces of one run: those that are alike once, in order of text. */
export function drawRun(traces: readonly (readonly SpanRecord[])[], attributes: readonly string[]): string {
  return [...new Set(traces.map((spans) => drawTrace(spans, attributes)))].sort().join('\n\n');
}

import { buildTraces, renderTrace } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { paint } from '../terminal';
import type { SampleCall } from './sample';

/** How a trace is rendered. */
export interface RenderOptions {
  /** The attributes that are shown. */
  readonly attributes: readonly string[];
  /** Whether span kinds are shown. Default true. */
  readonly kinds?: boolean;
  /** The names of spans of other traces by their ids: links to them are shown. Default: none. */
  readonly linkedNames?: ReadonlyMap<string, string>;
  /** Whether durations are shown, which differ from run to run. Default false. */
  readonly durations?: boolean;
}

/** The service name of FC's own spans. */
const PLATFORM = 'fc.platform';

const isPlatform = (span: SpanRecord): boolean => span.resource['service.name'] === PLATFORM;
const kindOf = ({ kind }: SpanRecord): string => (kind === 'internal' ? '' : kind);
const durationOf = ({ startNanos, endNanos }: SpanRecord): string =>
  `${(Number(endNanos - startNanos) / 1e6).toFixed(1)} ms`;

/** The names of all spans of a run, to show the links between its traces. */
export function namesOf(traces: readonly (readonly SpanRecord[])[]): ReadonlyMap<string, string> {
  return new Map(traces.flat().map(({ spanId, name }) => [spanId, name]));
}

/** The names of the spans of other traces that a span links to, each with the number of links if there are several. */
function linksOf({ traceId, links }: SpanRecord, names: ReadonlyMap<string, string> | undefined): string {
  const linked = links.flatMap((link) => (link.traceId === traceId ? [] : (names?.get(link.spanId) ?? [])));
  const counted = [...new Set(linked)].map((name) => {
    const count = linked.filter((other) => other === name).length;
    return count === 1 ? name : `${count} × ${name}`;
  });
  return counted.length === 0 ? '' : `→ ${counted.join(', ')}`;
}

// The order of spans that start in the same microsecond, the resolution of Jaeger.
function byName(a: SpanRecord, b: SpanRecord): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Whether the spans are one tree with FC's spans on top and spans of a function below. */
export function isCompleteTrace(spans: readonly SpanRecord[]): boolean {
  const [trace, ...others] = buildTraces(spans);
  if (trace === undefined || others.length > 0) return false;
  return trace.roots.length === 1 && isPlatform(trace.roots[0]!.span) && !spans.every(isPlatform);
}

/** Renders the spans of a trace as a tree. */
export function renderSpans(
  spans: readonly SpanRecord[],
  { attributes, kinds = true, durations = false, linkedNames }: RenderOptions,
): string {
  const note = (span: SpanRecord): string =>
    [kinds ? kindOf(span) : '', linksOf(span, linkedNames), durations ? durationOf(span) : '']
      .filter((part) => part !== '')
      .join('  ');
  return buildTraces([...spans].sort(byName))
    .map((trace) => renderTrace(trace, { note, attributes }))
    .join('\n\n');
}

/** Renders the traces of one run in alphabetical order, each of several equal ones once. */
export function renderRun(traces: readonly (readonly SpanRecord[])[], attributes: readonly string[]): string {
  const linkedNames = namesOf(traces);
  return [...new Set(traces.map((spans) => renderSpans(spans, { attributes, linkedNames })))].sort().join('\n\n');
}

/** Indents a rendered trace and highlights failed spans. */
export function formatTree(tree: string): string {
  return tree.replaceAll(/^.* {2}ERROR.*$/gm, (line) => paint('red', line)).replaceAll(/^/gm, '  ');
}

/** Renders a call and its response as its caller sees them. */
export function renderCall(title: string, { event, invocation }: SampleCall): string {
  const { ok, body, error, durationMs, coldStart } = invocation;
  const duration = paint('dim', `${durationMs.toFixed(0)} ms${coldStart ? ', cold start' : ''}`);
  const text = error === undefined ? body.toString('utf8') : `${error.errorType ?? 'error'}: ${error.errorMessage}`;
  const response = paint(ok ? 'green' : 'red', ok ? body.toString('utf8') : text);
  return [`${paint('bold', title)}  ${event}`, `  ${ok ? 'response' : 'error'}  ${response}  ${duration}`].join('\n');
}

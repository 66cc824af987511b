import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import type { Attributes, Context, HrTime, Link, Span, SpanOptions } from '@opentelemetry/api';
import { countError } from '../diagnostics';
import { readText } from '../safe-access';
import { ATTR_FC_TRACED_OPEN_FOR_MS, ATTR_FC_TRACED_SNAPSHOT } from '../semconv';
import { describeError, recordException } from '../tracing/calls/failure';
import { contextWithSpan } from '../tracing/context/linked-context';

/** The most branches of open spans of which snapshots are taken. The newest ones count. */
const MAX_LEAVES = 64;
/** The most snapshots at a time, apart from that of the invocation. */
const MAX_SNAPSHOTS = 256;

/** The public fields of an SDK span, which the tracing API does not have. */
interface ReadableFields {
  readonly name: string;
  readonly startTime: HrTime;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  readonly events: readonly { readonly name: string; readonly attributes?: Attributes; readonly time: HrTime }[];
}

function fieldsOf(span: Span): ReadableFields | undefined {
  const fields = span as unknown as Partial<ReadableFields>;
  return typeof fields.name === 'string' && Array.isArray(fields.startTime) ? (fields as ReadableFields) : undefined;
}

const idOf = (span: Span): string => span.spanContext().spanId;

function parentIdOf(span: Span): string | undefined {
  return readText(span, 'parentSpanContext', 'spanId');
}

function millisOf([seconds, nanos]: HrTime): number {
  return seconds * 1e3 + nanos / 1e6;
}

/** The spans on the paths to the newest leaves of the tree of open spans, and how many others are open. */
export function pathsToLeaves(open: readonly Span[]): { readonly selected: readonly Span[]; readonly others: number } {
  const byId = new Map(open.map((span) => [idOf(span), span]));
  const parents = new Set(open.map(parentIdOf));
  const startOf = (span: Span): number => millisOf(fieldsOf(span)?.startTime ?? [0, 0]);
  const leaves = [...byId.values()]
    .filter((span) => !parents.has(idOf(span)))
    .sort((one, other) => startOf(other) - startOf(one))
    .slice(0, MAX_LEAVES);
  const selected = new Set<Span>();
  for (const leaf of leaves) {
    let span: Span | undefined = leaf;
    while (span !== undefined && !selected.has(span) && selected.size < MAX_SNAPSHOTS) {
      selected.add(span);
      span = byId.get(parentIdOf(span) ?? '');
    }
  }
  return { selected: [...selected], others: byId.size - selected.size };
}

/** How the snapshot of a span is taken. */
export interface SnapshotSettings {
  /** Starts the snapshot. */
  readonly start: (name: string, options: SpanOptions) => Span;
  /** How long the span has been open, if its telemetry knows that. */
  readonly openMillis: number | undefined;
  /** Attributes in addition to those of the span. */
  readonly attributes?: Attributes | undefined;
  /** The error that ends the process. */
  readonly thrown?: { readonly error: unknown } | undefined;
}

/**
 * Exports what is known of an open span as a span of its own, `<name> (still open)`. The open span can still end and be
 * exported under its id, so the snapshot has another one: backends show two spans with one id as an error, or only the
 * first. It is of kind INTERNAL, so that no backend counts a request twice. Never throws.
 */
export function takeSnapshot(span: Span, { start, openMillis, attributes, thrown }: SnapshotSettings): void {
  const fields = fieldsOf(span);
  // A span of a provider that does not show what it has recorded.
  if (fields === undefined) return;
  try {
    // The system clock may have been adjusted since the start.
    const millis = openMillis ?? Math.max(0, Date.now() - millisOf(fields.startTime));
    const snapshot = start(`${fields.name} (still open)`, {
      kind: SpanKind.INTERNAL,
      startTime: fields.startTime,
      // Those of the snapshot come first, as the number of attributes is limited.
      attributes: {
        [ATTR_FC_TRACED_SNAPSHOT]: true,
        [ATTR_FC_TRACED_OPEN_FOR_MS]: Math.round(millis),
        ...attributes,
        ...fields.attributes,
      },
      links: fields.links.map((link) => ({ context: link.context, attributes: { ...link.attributes } })),
    });
    for (const event of fields.events) snapshot.addEvent(event.name, { ...event.attributes }, event.time);
    if (thrown !== undefined) recordException(snapshot, contextBelow(snapshot), describeError(thrown.error));
    snapshot.end(later(fields.startTime, millis));
  } catch {
    countError('the snapshot of an open span could not be taken: a span processor or tracer provider threw');
  }
}

function later([seconds, nanos]: HrTime, millis: number): HrTime {
  const total = nanos + Math.round(millis * 1e6);
  return [seconds + Math.floor(total / 1e9), total % 1e9];
}

/** The context in which spans start whose parent is `span`. */
export function contextBelow(span: Span): Context {
  return contextWithSpan(ROOT_CONTEXT, span);
}

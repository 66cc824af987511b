import type { EventRecord, LinkRecord } from 'fc-traced/testing';
import { ATTR_ARRIVED_AFTER_THAW } from './model/span';
import type { Scope, TraceData, ViewerLog, ViewerSpan } from './model/span';

/** OTLP's `TracesData` in JSON. With log records, it also has the member of `LogsData`. */
export interface OtlpJson {
  readonly resourceSpans: readonly object[];
  readonly resourceLogs?: readonly object[];
}

type Attributes = Readonly<Record<string, unknown>>;

const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
const STATUSES = { UNSET: 0, OK: 1, ERROR: 2 } as const;
// The first severity number of each range.
const SEVERITIES: Readonly<Record<string, number>> = { TRACE: 1, DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 };

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function valueOf(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: Number.isFinite(value) ? value : String(value) };
  if (value instanceof Uint8Array) return { bytesValue: base64Of(value) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(valueOf) } };
  return typeof value === 'object' && value !== null
    ? { kvlistValue: { values: attributesOf(value as Attributes) } }
    : {};
}

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));
}

function eventOf({ name, timeNanos, attributes }: EventRecord): object {
  return { name, timeUnixNano: String(timeNanos), attributes: attributesOf(attributes) };
}

function linkOf({ traceId, spanId, attributes }: LinkRecord): object {
  return { traceId, spanId, attributes: attributesOf(attributes) };
}

function spanOf(span: ViewerSpan): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    ...(span.traceState === undefined ? {} : { traceState: span.traceState }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: String(span.startNanos),
    endTimeUnixNano: String(span.endNanos),
    attributes: attributesOf(
      span.arrivedAfterThaw === true ? { ...span.attributes, [ATTR_ARRIVED_AFTER_THAW]: true } : span.attributes,
    ),
    ...(span.events.length === 0 ? {} : { events: span.events.map(eventOf) }),
    ...(span.links.length === 0 ? {} : { links: span.links.map(linkOf) }),
    status: {
      ...(span.status.message === undefined ? {} : { message: span.status.message }),
      code: STATUSES[span.status.code],
    },
  };
}

function logOf(log: ViewerLog): object {
  return {
    timeUnixNano: String(log.timeNanos),
    severityNumber: SEVERITIES[log.severity.toUpperCase()] ?? 0,
    severityText: log.severity,
    body: valueOf(log.body),
    attributes: attributesOf(log.attributes),
    traceId: log.traceId,
    ...(log.spanId === undefined ? {} : { spanId: log.spanId }),
  };
}

// Spans of one request share the object of their resource, so a resource is compared by content once per object.
function groupBy<T, K extends object>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const byContent = new Map<string, K>();
  const known = new Map<K, K>();
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    let first = known.get(key);
    if (first === undefined) {
      const content = JSON.stringify(valueOf(key));
      first = byContent.get(content) ?? key;
      byContent.set(content, first);
      known.set(key, first);
    }
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [item]);
    else group.push(item);
  }
  return groups;
}

const NO_SCOPE: Scope = { name: '' };

/** Converts spans and log records to OTLP JSON, which the viewer, Jaeger and the OpenTelemetry Collector read. */
export function toOtlpJson({ spans, logs = [] }: TraceData): OtlpJson {
  const resourceSpans = [...groupBy(spans, (span) => span.resource)].map(([resource, own]) => ({
    resource: { attributes: attributesOf(resource) },
    scopeSpans: [...groupBy(own, (span) => span.scope ?? NO_SCOPE)].map(([scope, spansOfScope]) => ({
      ...(scope === NO_SCOPE ? {} : { scope }),
      spans: spansOfScope.map(spanOf),
    })),
  }));
  if (logs.length === 0) return { resourceSpans };
  const resourceLogs = [...groupBy(logs, (log) => log.resource)].map(([resource, own]) => ({
    resource: { attributes: attributesOf(resource) },
    scopeLogs: [{ logRecords: own.map(logOf) }],
  }));
  return { resourceSpans, resourceLogs };
}

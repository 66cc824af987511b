import type { SpanKindName, SpanRecord } from 'fc-traced/testing';
import type { JaegerSpan, JaegerTag, JaegerTrace } from './jaeger-server';

// Tags of Jaeger's model for which OpenTelemetry has separate fields, and tags that Jaeger adds.
const NON_ATTRIBUTE_TAGS =
  /^(span\.kind|otel\.status_(code|description)|error|otel\.(scope|library)\.(name|version)|internal\.span\.format|service\.name)$/;

function tagsOf(tags: readonly JaegerTag[]): Record<string, unknown> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

// Jaeger removes leading zeros from trace ids.
function padded(traceId: string): string {
  return traceId.padStart(32, '0');
}

function attributesOf(tags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !NON_ATTRIBUTE_TAGS.test(key)));
}

/** Instrumentation scopes are in the records that were sent by OTLP, not in those of thrift. */
function scopeOf({
  'otel.scope.name': name,
  'otel.scope.version': version,
}: Readonly<Record<string, unknown>>): { name: string; version?: string } | undefined {
  if (typeof name !== 'string') return undefined;
  return { name, ...(typeof version === 'string' && { version }) };
}

function recordOf(span: JaegerSpan, trace: JaegerTrace): SpanRecord {
  const tags = tagsOf(span.tags);
  const process = trace.processes[span.processID];
  const parent = span.references.find(({ refType, traceID }) => refType === 'CHILD_OF' && traceID === span.traceID);
  const code = tags['otel.status_code'];
  const message = tags['otel.status_description'];
  const scope = scopeOf(tags);
  return {
    traceId: padded(span.traceID),
    spanId: span.spanID,
    ...(parent === undefined ? {} : { parentSpanId: parent.spanID }),
    name: span.operationName,
    kind: (tags['span.kind'] ?? 'internal') as SpanKindName,
    startNanos: BigInt(span.startTime) * 1000n,
    endNanos: BigInt(span.startTime + span.duration) * 1000n,
    status: {
      code: code === 'ERROR' || code === 'OK' ? code : 'UNSET',
      ...(typeof message === 'string' ? { message } : {}),
    },
    attributes: attributesOf(tags),
    events: span.logs.map(({ timestamp, fields }) => {
      const { event, ...attributes } = tagsOf(fields);
      return { name: typeof event === 'string' ? event : '', timeNanos: BigInt(timestamp) * 1000n, attributes };
    }),
    links: span.references
      .filter(({ refType }) => refType === 'FOLLOWS_FROM')
      .map(({ traceID, spanID }) => ({ traceId: padded(traceID), spanId: spanID, attributes: {} })),
    ...(scope !== undefined && { scope }),
    resource: { 'service.name': process?.serviceName, ...attributesOf(tagsOf(process?.tags ?? [])) },
  };
}

/** Converts a trace from Jaeger to the records of our own collector. */
export function recordsOf(trace: JaegerTrace): SpanRecord[] {
  return trace.spans.map((span) => recordOf(span, trace));
}

/**
 * Converts records to a form in which those that were sent and those in Jaeger are equal: times in whole microseconds,
 * spans in order of their ids, lists as JSON, as Jaeger stores them, and `telemetry.…` in the resource, where Jaeger
 * stores it although thrift sends it with the spans.
 */
export function comparable(records: readonly SpanRecord[]): unknown[] {
  const text = (attributes: Readonly<Record<string, unknown>>): [string, unknown][] =>
    Object.entries(attributesOf(attributes)).map(([key, value]) => [
      key,
      Array.isArray(value) ? JSON.stringify(value) : value,
    ]);
  return [...records]
    .sort((a, b) => (a.spanId < b.spanId ? -1 : 1))
    .map(({ startNanos, endNanos, ...record }) => ({
      ...record,
      startMicros: Number(startNanos / 1000n),
      durationMicros: (Number(endNanos - startNanos) / 1000) | 0,
      attributes: Object.fromEntries(text(record.attributes).filter(([key]) => !key.startsWith('telemetry.'))),
      events: record.events.map((event) => ({
        ...event,
        timeNanos: Number(event.timeNanos / 1000n),
        attributes: Object.fromEntries(text(event.attributes)),
      })),
      links: record.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
      resource: {
        ...Object.fromEntries(text(record.attributes).filter(([key]) => key.startsWith('telemetry.'))),
        'service.name': record.resource['service.name'],
        ...Object.fromEntries(text(record.resource)),
      },
    }));
}

import type { SpanKindName, SpanRecord } from 'fc-traced/testing';
import type { JaegerSpan, JaegerTag, JaegerTrace } from './jaeger-server';

// What Jaeger's model keeps as tags although OpenTelemetry has a field of its own for it, and what Jaeger adds.
const STRUCTURAL =
  /^(span\.kind|otel\.status_(code|description)|error|otel\.(scope|library)\.(name|version)|internal\.span\.format|service\.name)$/;

function tagsOf(tags: readonly JaegerTag[]): Record<string, unknown> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

// Jaeger drops leading zeros of a trace id.
function full(traceId: string): string {
  return traceId.padStart(32, '0');
}

function own(tags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !STRUCTURAL.test(key)));
}

function recordOf(span: JaegerSpan, trace: JaegerTrace): SpanRecord {
  const tags = tagsOf(span.tags);
  const process = trace.processes[span.processID];
  const parent = span.references.find(({ refType, traceID }) => refType === 'CHILD_OF' && traceID === span.traceID);
  const code = tags['otel.status_code'];
  const message = tags['otel.status_description'];
  return {
    traceId: full(span.traceID),
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
    attributes: own(tags),
    events: span.logs.map(({ timestamp, fields }) => {
      const { event, ...attributes } = tagsOf(fields);
      return { name: typeof event === 'string' ? event : '', timeNanos: BigInt(timestamp) * 1000n, attributes };
    }),
    links: span.references
      .filter(({ refType }) => refType === 'FOLLOWS_FROM')
      .map(({ traceID, spanID }) => ({ traceId: full(traceID), spanId: spanID, attributes: {} })),
    resource: { 'service.name': process?.serviceName, ...own(tagsOf(process?.tags ?? [])) },
  };
}

/** What Jaeger shows of a trace, as the records that our own collector makes. */
export function recordsOf(trace: JaegerTrace): SpanRecord[] {
  return trace.spans.map((span) => recordOf(span, trace));
}

/**
 * A form of a record in which what was sent and what Jaeger shows must be equal: whole microseconds, in order of ids, lists as the
 * text that Jaeger makes of them, and `telemetry.…` in the resource, where Jaeger puts it although thrift has it on the spans.
 */
export function comparable(records: readonly SpanRecord[]): unknown[] {
  const text = (attributes: Readonly<Record<string, unknown>>): [string, unknown][] =>
    Object.entries(own(attributes)).map(([key, value]) => [key, Array.isArray(value) ? JSON.stringify(value) : value]);
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

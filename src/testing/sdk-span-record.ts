import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '../export/sdk';
import type { SpanKindName } from '../tracing/calls/span-spec';
import { withJson } from './trace-json';
import type { SpanRecord, StatusName } from './trace-tree';

function nanos([seconds, rest]: HrTime): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(Math.round(rest));
}

/** Converts a span of the SDK to plain data. */
export function sdkSpanRecord(span: ReadableSpan): SpanRecord {
  const { traceId, spanId } = span.spanContext();
  const parentSpanId = span.parentSpanContext?.spanId;
  const { code, message } = span.status;
  return withJson({
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase() as SpanKindName,
    startNanos: nanos(span.startTime),
    endNanos: nanos(span.endTime),
    status: { code: SpanStatusCode[code] as StatusName, ...(message !== undefined && { message }) },
    attributes: { ...span.attributes },
    events: span.events.map(({ name, time, attributes }) =>
      withJson({ name, timeNanos: nanos(time), attributes: { ...attributes } }),
    ),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: { ...attributes },
    })),
    resource: { ...span.resource.attributes },
  });
}

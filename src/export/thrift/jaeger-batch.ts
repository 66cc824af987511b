import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, HrTime } from '@opentelemetry/api';
import { readField } from '../../safe-access';
import { ATTR_SERVICE_NAME } from '../../semconv';
import type { ReadableSpan } from '../sdk';
import { ThriftWriter } from './thrift-writer';

// The numbers of fields and enumerations are those of
// https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/jaeger.thrift. What spans become is what the OpenTelemetry
// exporter for Jaeger sends, https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/, without the values that
// it sends for unset optional fields.

/** The values of `TagType` that attributes have. */
const TagType = { STRING: 0, DOUBLE: 1, BOOL: 2 } as const;
const FOLLOWS_FROM = 1;
const SAMPLED = 1;

type Tag = readonly [key: string, value: unknown];

/** Encodes spans as a `Batch` of Jaeger thrift, the body of one request. Throws for a span that cannot be encoded. */
export function encodeBatch(spans: readonly ReadableSpan[]): Uint8Array {
  const writer = new ThriftWriter();
  const serviceName = spans[0]?.resource.attributes[ATTR_SERVICE_NAME];
  writer.structField(1);
  writer.stringField(1, typeof serviceName === 'string' && serviceName !== '' ? serviceName : 'unknown_service');
  writer.endStruct();
  writer.structsField(2, spans, (span) => writeSpan(writer, span));
  writer.endStruct();
  return writer.bytes;
}

function writeSpan(writer: ThriftWriter, span: ReadableSpan): void {
  const { traceId, spanId, traceFlags } = span.spanContext();
  writeTraceId(writer, 1, traceId);
  writer.hexField(3, spanId);
  writer.hexField(4, span.parentSpanContext?.spanId ?? '');
  writer.stringField(5, span.name);
  writer.structsField(6, span.links, ({ context }) => {
    writer.i32Field(1, FOLLOWS_FROM);
    writeTraceId(writer, 2, context.traceId);
    writer.hexField(4, context.spanId);
  });
  writer.i32Field(7, traceFlags || SAMPLED);
  writer.i64Field(8, microseconds(span.startTime));
  writer.i64Field(9, microseconds(span.duration));
  writeTags(writer, 10, tagsOf(span));
  writer.structsField(11, span.events, (event) => {
    writer.i64Field(1, microseconds(event.time));
    writeTags(writer, 2, [
      ['event', event.name],
      ...attributeTags(event.attributes),
      ...countTag('otel.event.dropped_attributes_count', readField(event, 'droppedAttributesCount')),
    ]);
  });
}

/** The low and the high half of a trace id, in this order. */
function writeTraceId(writer: ThriftWriter, id: number, digits: string): void {
  writer.hexField(id, digits.slice(-16));
  writer.hexField(id + 1, digits.slice(0, -16));
}

function microseconds([seconds, nanos]: HrTime): number {
  const value = seconds * 1e6 + nanos / 1e3;
  return Number.isFinite(value) ? Math.trunc(value) : 0;
}

function tagsOf(span: ReadableSpan): Tag[] {
  const { status, kind, instrumentationScope } = span;
  const tags = attributeTags(span.attributes);
  if (status.code !== SpanStatusCode.UNSET) {
    tags.push(['otel.status_code', SpanStatusCode[status.code]]);
    if (status.message) tags.push(['otel.status_description', status.message]);
  }
  if (status.code === SpanStatusCode.ERROR) tags.push(['error', true]);
  if (kind !== undefined && kind !== SpanKind.INTERNAL) tags.push(['span.kind', SpanKind[kind].toLowerCase()]);
  tags.push(...attributeTags(span.resource.attributes));
  tags.push(['otel.library.name', instrumentationScope.name]);
  if (instrumentationScope.version !== undefined) tags.push(['otel.library.version', instrumentationScope.version]);
  tags.push(
    ...countTag('otel.dropped_attributes_count', span.droppedAttributesCount),
    ...countTag('otel.dropped_events_count', span.droppedEventsCount),
    ...countTag('otel.dropped_links_count', span.droppedLinksCount),
  );
  return tags;
}

function attributeTags(attributes: Attributes | undefined): Tag[] {
  return Object.entries(attributes ?? {});
}

function countTag(key: string, count: unknown): Tag[] {
  return typeof count === 'number' && count !== 0 ? [[key, count]] : [];
}

function writeTags(writer: ThriftWriter, id: number, tags: readonly Tag[]): void {
  writer.structsField(id, tags, ([key, value]) => {
    writer.stringField(1, key);
    if (typeof value === 'number') {
      writer.i32Field(2, TagType.DOUBLE);
      writer.doubleField(4, value);
    } else if (typeof value === 'boolean') {
      writer.i32Field(2, TagType.BOOL);
      writer.boolField(5, value);
    } else {
      writer.i32Field(2, TagType.STRING);
      writer.stringField(3, String(value));
    }
  });
}

import { spanToThrift } from '@opentelemetry/exporter-jaeger/build/src/transform';
import { ATTR_SERVICE_NAME } from '../../semconv';
import type { ReadableSpan } from '../sdk';
import { TagType } from './jaeger-client';
import type { ThriftLog, ThriftTag } from './jaeger-client';
import { ThriftWriter } from './thrift-writer';

// The numbers of fields and enumerations are those of
// https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/jaeger.thrift. `@opentelemetry/exporter-jaeger` says what
// a span becomes, https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/. Optional fields that are not set
// are not written.

const TAG_TYPES: Readonly<Record<string, number>> = { [TagType.STRING]: 0, [TagType.DOUBLE]: 1, [TagType.BOOL]: 2 };
const FOLLOWS_FROM = 1;

/** What the conversion makes of a span. Its own type takes 64 bits for numbers. */
interface ThriftSpan {
  readonly traceIdLow: Buffer;
  readonly traceIdHigh: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId: Buffer;
  readonly operationName: string;
  readonly references: readonly Pick<ThriftSpan, 'traceIdLow' | 'traceIdHigh' | 'spanId'>[];
  readonly flags: number;
  readonly startTime: Buffer;
  readonly duration: Buffer;
  readonly tags: readonly ThriftTag[];
  readonly logs: readonly ThriftLog[];
}

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
  const converted = spanToThrift(span as Parameters<typeof spanToThrift>[0]) as unknown as ThriftSpan;
  writer.int64Field(1, converted.traceIdLow);
  writer.int64Field(2, converted.traceIdHigh);
  writer.int64Field(3, converted.spanId);
  writer.int64Field(4, converted.parentSpanId);
  writer.stringField(5, converted.operationName);
  writer.structsField(6, converted.references, ({ traceIdLow, traceIdHigh, spanId }) => {
    writer.int32Field(1, FOLLOWS_FROM);
    writer.int64Field(2, traceIdLow);
    writer.int64Field(3, traceIdHigh);
    writer.int64Field(4, spanId);
  });
  writer.int32Field(7, converted.flags);
  writer.int64Field(8, converted.startTime);
  writer.int64Field(9, converted.duration);
  const { tags } = converted;
  // The conversion writes a missing version as the word `undefined`.
  const hasVersion = span.instrumentationScope.version !== undefined;
  writeTags(writer, 10, hasVersion ? tags : tags.filter(({ key }) => key !== 'otel.library.version'));
  writer.structsField(11, converted.logs, ({ timestamp, fields }) => {
    writer.int64Field(1, timestamp);
    writeTags(writer, 2, fields);
  });
}

function writeTags(writer: ThriftWriter, id: number, tags: readonly ThriftTag[]): void {
  writer.structsField(id, tags, ({ key, vType, vStr, vDouble, vBool }) => {
    writer.stringField(1, key);
    writer.int32Field(2, TAG_TYPES[vType]!);
    if (vType === TagType.DOUBLE) writer.doubleField(4, vDouble);
    else if (vType === TagType.BOOL) writer.boolField(5, vBool);
    else writer.stringField(3, vStr);
  });
}

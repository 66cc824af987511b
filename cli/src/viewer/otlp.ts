import generated = require('otlp-transformer-decoder/build/src/generated/root');
import type { EventRecord, LinkRecord, SpanKindName, SpanRecord, StatusName } from 'fc-traced/testing';

type Fields = Readonly<Record<string, unknown>>;

interface ProtobufType {
  decode(body: Uint8Array): object;
  toObject(message: object, options: { longs: StringConstructor }): unknown;
}

// The decoder is an older release of OpenTelemetry's own transformer; the current one can only write protobuf. The
// package has no types for its messages.
const { ExportTraceServiceRequest } = (
  generated as unknown as {
    opentelemetry: { proto: { collector: { trace: { v1: { ExportTraceServiceRequest: ProtobufType } } } } };
  }
).opentelemetry.proto.collector.trace.v1;

const KINDS: readonly SpanKindName[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];
const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUSES: readonly StatusName[] = ['UNSET', 'OK', 'ERROR'];

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('OTLP: expected an object');
  }
  return value as Fields;
}

function listOf(value: unknown): Fields[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new TypeError('OTLP: expected a list');
  return value.map(fieldsOf);
}

// Ids are bytes in protobuf and hex digits in JSON.
function idOf(value: unknown, digits: number): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const id =
    value instanceof Uint8Array
      ? Buffer.from(value).toString('hex')
      : typeof value === 'string'
        ? value.toLowerCase()
        : '';
  if (id === '' && value instanceof Uint8Array) return undefined;
  if (id.length !== digits || !/^[0-9a-f]+$/.test(id)) {
    throw new TypeError(`OTLP: an id must have ${digits} hex digits`);
  }
  return id;
}

function requiredId(value: unknown, digits: number): string {
  const id = idOf(value, digits);
  if (id === undefined) throw new TypeError('OTLP: a span or link has no id');
  return id;
}

// 64-bit numbers are strings in both encodings.
function nanosOf(value: unknown): bigint {
  return typeof value === 'string' || typeof value === 'number' ? BigInt(value) : 0n;
}

function enumOf(value: unknown, names: readonly string[]): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? names.findIndex((name) => value.endsWith(`_${name}`)) : 0;
}

function valueOf(any: unknown): unknown {
  if (any === undefined || any === null) return undefined;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = fieldsOf(any);
  if (arrayValue !== undefined) return listOf(fieldsOf(arrayValue)['values']).map(valueOf);
  if (kvlistValue !== undefined) return attributesOf(fieldsOf(kvlistValue)['values']);
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? bytesValue;
}

function attributesOf(pairs: unknown): Record<string, unknown> {
  return Object.fromEntries(listOf(pairs).map(({ key, value }) => [String(key), valueOf(value)]));
}

function eventOf(event: Fields): EventRecord {
  return {
    name: textOf(event['name']),
    timeNanos: nanosOf(event['timeUnixNano']),
    attributes: attributesOf(event['attributes']),
  };
}

function linkOf(link: Fields): LinkRecord {
  return {
    traceId: requiredId(link['traceId'], 32),
    spanId: requiredId(link['spanId'], 16),
    attributes: attributesOf(link['attributes']),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function statusOf(value: unknown): SpanRecord['status'] {
  const status = fieldsOf(value ?? {});
  const code = STATUSES[enumOf(status['code'], STATUSES)] ?? 'UNSET';
  const message = textOf(status['message']);
  return message === '' ? { code } : { code, message };
}

function spanOf(span: Fields, resource: Fields): SpanRecord {
  const parentSpanId = idOf(span['parentSpanId'], 16);
  return {
    traceId: requiredId(span['traceId'], 32),
    spanId: requiredId(span['spanId'], 16),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: textOf(span['name']),
    kind: KINDS[enumOf(span['kind'], KIND_NAMES)] ?? 'internal',
    startNanos: nanosOf(span['startTimeUnixNano']),
    endNanos: nanosOf(span['endTimeUnixNano']),
    status: statusOf(span['status']),
    attributes: attributesOf(span['attributes']),
    events: listOf(span['events']).map(eventOf),
    links: listOf(span['links']).map(linkOf),
    resource,
  };
}

// Both encodings decode to the same object form of `ExportTraceServiceRequest`.
function spansOfRequest(request: unknown): SpanRecord[] {
  return listOf(fieldsOf(request)['resourceSpans']).flatMap((group) => {
    const resource = attributesOf(fieldsOf(group['resource'] ?? {})['attributes']);
    return listOf(group['scopeSpans']).flatMap((scope) => listOf(scope['spans']).map((span) => spanOf(span, resource)));
  });
}

/** Decodes an OTLP/HTTP body in protobuf. Throws when it is malformed. */
export function decodeOtlpProtobuf(body: Buffer): SpanRecord[] {
  return spansOfRequest(ExportTraceServiceRequest.toObject(ExportTraceServiceRequest.decode(body), { longs: String }));
}

/** Decodes an OTLP/HTTP body in JSON. Throws when it is malformed. */
export function decodeOtlpJson(body: Buffer): SpanRecord[] {
  return spansOfRequest(JSON.parse(body.toString('utf8')));
}

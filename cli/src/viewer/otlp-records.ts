import type { EventRecord, LinkRecord, SpanKindName, SpanRecord, StatusName } from 'fc-traced/testing';
import { ATTR_ARRIVED_AFTER_THAW } from './model/span';
import type { Scope, TraceData, ViewerLog, ViewerSpan } from './model/span';

type Fields = Readonly<Record<string, unknown>>;

const KINDS: readonly SpanKindName[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];
const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUSES: readonly StatusName[] = ['UNSET', 'OK', 'ERROR'];
const SEVERITIES = ['', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

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

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

// Ids are bytes in protobuf and hex digits in JSON.
function idOf(value: unknown, digits: number): string | undefined {
  const id = value instanceof Uint8Array ? hexOf(value) : typeof value === 'string' ? value.toLowerCase() : value;
  if (id === undefined || id === null || id === '') return undefined;
  if (typeof id !== 'string' || id.length !== digits || !/^[0-9a-f]+$/.test(id)) {
    throw new TypeError(`OTLP: an id must have ${digits} hex digits`);
  }
  return id;
}

function requiredId(value: unknown, digits: number): string {
  const id = idOf(value, digits);
  if (id === undefined) throw new TypeError('OTLP: a span or link has no id');
  return id;
}

// 64-bit numbers are strings or numbers in JSON.
function nanosOf(value: unknown): bigint {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : 0n;
}

function enumOf(value: unknown, names: readonly string[]): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? names.findIndex((name) => value.endsWith(`_${name}`)) : 0;
}

function integerOf(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return value;
  const exact = BigInt(value);
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

// JSON has no NaN and no infinities: they are strings there.
const doubleOf = (value: unknown): unknown => (typeof value === 'string' ? Number(value) : value);

function bytesOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
}

// Deeper values are of no use to a reader, and could need more stack than the engine has.
const MAX_DEPTH = 100;

function valueOf(any: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return '…';
  if (any === undefined || any === null) return undefined;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = fieldsOf(any);
  if (arrayValue !== undefined) return listOf(fieldsOf(arrayValue)['values']).map((item) => valueOf(item, depth + 1));
  if (kvlistValue !== undefined) return attributesOf(fieldsOf(kvlistValue)['values'], depth + 1);
  if (intValue !== undefined) return integerOf(intValue);
  if (bytesValue !== undefined) return bytesOf(bytesValue);
  return stringValue ?? boolValue ?? doubleOf(doubleValue);
}

function attributesOf(pairs: unknown, depth = 0): Record<string, unknown> {
  return Object.fromEntries(listOf(pairs).map(({ key, value }) => [textOf(key), valueOf(value, depth)]));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
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

function statusOf(value: unknown): SpanRecord['status'] {
  const status = fieldsOf(value ?? {});
  const code = STATUSES[enumOf(status['code'], STATUSES)] ?? 'UNSET';
  const message = textOf(status['message']);
  return message === '' ? { code } : { code, message };
}

function spanOf(span: Fields, resource: Fields, scope: Scope | undefined): ViewerSpan {
  const parentSpanId = idOf(span['parentSpanId'], 16);
  const traceState = textOf(span['traceState']);
  const { [ATTR_ARRIVED_AFTER_THAW]: arrivedAfterThaw, ...attributes } = attributesOf(span['attributes']);
  return {
    traceId: requiredId(span['traceId'], 32),
    spanId: requiredId(span['spanId'], 16),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: textOf(span['name']),
    kind: KINDS[enumOf(span['kind'], KIND_NAMES)] ?? 'internal',
    startNanos: nanosOf(span['startTimeUnixNano']),
    endNanos: nanosOf(span['endTimeUnixNano']),
    status: statusOf(span['status']),
    attributes,
    events: listOf(span['events']).map(eventOf),
    links: listOf(span['links']).map(linkOf),
    resource,
    ...(scope === undefined ? {} : { scope }),
    ...(traceState === '' ? {} : { traceState }),
    ...(arrivedAfterThaw === true ? { arrivedAfterThaw } : {}),
  };
}

// Log records outside of a trace belong to no page of the viewer, and are ignored.
function logOf(log: Fields, resource: Fields): ViewerLog[] {
  const traceId = idOf(log['traceId'], 32);
  if (traceId === undefined || /^0+$/.test(traceId)) return [];
  const spanId = idOf(log['spanId'], 16);
  const time = nanosOf(log['timeUnixNano']);
  const severity = SEVERITIES[Math.ceil(Number(log['severityNumber'] ?? 0) / 4)];
  return [
    {
      traceId,
      ...(spanId === undefined ? {} : { spanId }),
      timeNanos: time === 0n ? nanosOf(log['observedTimeUnixNano']) : time,
      severity: textOf(log['severityText']) || (severity ?? ''),
      body: valueOf(log['body']),
      attributes: attributesOf(log['attributes']),
      resource,
    },
  ];
}

function scopeOf(group: Fields): Scope | undefined {
  const { name, version } = fieldsOf(group['scope'] ?? {});
  if (textOf(name) === '') return undefined;
  return { name: textOf(name), ...(textOf(version) === '' ? {} : { version: textOf(version) }) };
}

function resourceOf(group: Fields): Fields {
  return attributesOf(fieldsOf(group['resource'] ?? {})['attributes']);
}

/** The spans of the object form of `ExportTraceServiceRequest`, to which both encodings decode. Throws if malformed. */
export function spansOfRequest(request: unknown): ViewerSpan[] {
  return listOf(fieldsOf(request)['resourceSpans']).flatMap((group) => {
    const resource = resourceOf(group);
    return listOf(group['scopeSpans']).flatMap((scopeSpans) => {
      const scope = scopeOf(scopeSpans);
      return listOf(scopeSpans['spans']).map((span) => spanOf(span, resource, scope));
    });
  });
}

/** The log records of the object form of `ExportLogsServiceRequest` that belong to a trace. Throws if malformed. */
export function logsOfRequest(request: unknown): ViewerLog[] {
  return listOf(fieldsOf(request)['resourceLogs']).flatMap((group) => {
    const resource = resourceOf(group);
    return listOf(group['scopeLogs']).flatMap((scopeLogs) =>
      listOf(scopeLogs['logRecords']).flatMap((log) => logOf(log, resource)),
    );
  });
}

/** The spans and log records in the object form of OTLP JSON, as `toOtlpJson` writes it. Throws if malformed. */
export function traceDataOf(request: unknown): TraceData {
  return { spans: spansOfRequest(request), logs: logsOfRequest(request) };
}

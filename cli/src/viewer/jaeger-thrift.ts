import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Thrift } from 'thriftrw';
import type { EventRecord, LinkRecord, SpanKindName, SpanRecord, StatusName } from 'fc-traced/testing';

interface Tag {
  readonly key: string;
  readonly vType: 'STRING' | 'DOUBLE' | 'BOOL' | 'LONG' | 'BINARY';
  readonly vStr: string;
  readonly vDouble: number;
  readonly vBool: boolean;
  readonly vLong: Buffer;
  readonly vBinary: Buffer;
}

interface Reference {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceIdLow: Buffer;
  readonly traceIdHigh: Buffer;
  readonly spanId: Buffer;
}

interface JaegerSpan {
  readonly traceIdLow: Buffer;
  readonly traceIdHigh: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId: Buffer;
  readonly operationName: string;
  readonly references: readonly Reference[] | null;
  readonly startTime: Buffer;
  readonly duration: Buffer;
  readonly tags: readonly Tag[] | null;
  readonly logs: readonly { readonly timestamp: Buffer; readonly fields: readonly Tag[] }[] | null;
}

interface Batch {
  readonly process: { readonly serviceName: string; readonly tags: readonly Tag[] | null };
  readonly spans: readonly JaegerSpan[];
}

type Attributes = Record<string, unknown>;

const NO_SPAN_ID = '0'.repeat(16);
const KINDS: readonly SpanKindName[] = ['internal', 'server', 'client', 'producer', 'consumer'];
// Tags of the Jaeger format for which OpenTelemetry has separate fields.
const NON_ATTRIBUTE_TAGS = new Set([
  'span.kind',
  'otel.status_code',
  'otel.status_description',
  'error',
  'otel.library.name',
  'otel.library.version',
  'service.name',
]);

let batchType: ReturnType<Thrift['getType']> | undefined;

// Jaeger's own client contains the definition of the format. The bundled program has a copy of the file. Elsewhere, the
// client is resolved from the exporter, which depends on it; that also works with package managers that do not hoist.
function definition(): string {
  const bundled = join(__dirname, 'jaeger.thrift');
  if (existsSync(bundled)) return readFileSync(bundled, 'utf8');
  const exporter = dirname(require.resolve('@opentelemetry/exporter-jaeger'));
  const client = dirname(require.resolve('jaeger-client/package.json', { paths: [exporter] }));
  return readFileSync(join(client, 'dist', 'src', 'jaeger-idl', 'thrift', 'jaeger.thrift'), 'utf8');
}

function loadBatchType(): ReturnType<Thrift['getType']> {
  return new Thrift({ source: definition() }).getType('Batch');
}

function valueOf(tag: Tag): unknown {
  if (tag.vType === 'STRING') return tag.vStr;
  if (tag.vType === 'DOUBLE') return tag.vDouble;
  if (tag.vType === 'BOOL') return tag.vBool;
  return tag.vType === 'LONG' ? Number(tag.vLong.readBigInt64BE()) : tag.vBinary;
}

// The exporter writes the span's attributes before those of the resource: of two equal keys, the first is the span's.
function attributesOf(tags: readonly Tag[] | null): Attributes {
  const attributes = new Map<string, unknown>();
  for (const tag of tags ?? []) if (!attributes.has(tag.key)) attributes.set(tag.key, valueOf(tag));
  // Unlike an assignment, this makes an own property of the key `__proto__`.
  return Object.fromEntries(attributes);
}

const microsToNanos = (micros: Buffer): bigint => micros.readBigInt64BE() * 1000n;
const traceIdOf = (ids: { traceIdHigh: Buffer; traceIdLow: Buffer }): string =>
  ids.traceIdHigh.toString('hex') + ids.traceIdLow.toString('hex');

function parentOf(span: JaegerSpan, traceId: string): string | undefined {
  const field = span.parentSpanId.toString('hex');
  if (field !== NO_SPAN_ID) return field;
  const reference = span.references?.find((one) => one.refType === 'CHILD_OF' && traceIdOf(one) === traceId);
  return reference?.spanId.toString('hex');
}

function statusOf(tags: Attributes): SpanRecord['status'] {
  const named = tags['otel.status_code'];
  const code: StatusName = named === 'OK' || named === 'ERROR' ? named : tags['error'] === true ? 'ERROR' : 'UNSET';
  const message = tags['otel.status_description'];
  return typeof message === 'string' ? { code, message } : { code };
}

function eventOf(log: { readonly timestamp: Buffer; readonly fields: readonly Tag[] }): EventRecord {
  const { event, ...attributes } = attributesOf(log.fields);
  return { name: typeof event === 'string' ? event : '', timeNanos: microsToNanos(log.timestamp), attributes };
}

function spanOf(span: JaegerSpan, process: Batch['process']): SpanRecord {
  const traceId = traceIdOf(span);
  const tags = attributesOf(span.tags);
  const parentSpanId = parentOf(span, traceId);
  const startNanos = microsToNanos(span.startTime);
  const links: LinkRecord[] = (span.references ?? [])
    .filter((one) => one.refType === 'FOLLOWS_FROM')
    .map((one) => ({ traceId: traceIdOf(one), spanId: one.spanId.toString('hex'), attributes: {} }));
  return {
    traceId,
    spanId: span.spanId.toString('hex'),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: span.operationName,
    kind: KINDS.find((kind) => kind === tags['span.kind']) ?? 'internal',
    startNanos,
    endNanos: startNanos + microsToNanos(span.duration),
    status: statusOf(tags),
    attributes: Object.fromEntries(Object.entries(tags).filter(([key]) => !NON_ATTRIBUTE_TAGS.has(key))),
    events: (span.logs ?? []).map(eventOf),
    links,
    resource: { 'service.name': process.serviceName, ...attributesOf(process.tags) },
  };
}

/** Decodes a Jaeger thrift `Batch`, the body of a POST to `/api/traces`. Throws when it is malformed. */
export function decodeJaegerThrift(body: Buffer): SpanRecord[] {
  const { err, value } = (batchType ??= loadBatchType()).fromBufferResult(body);
  if (err) throw err;
  const { process, spans } = value as Batch;
  return spans.map((span) => spanOf(span, process));
}

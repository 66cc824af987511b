import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { Thrift } from 'thriftrw';
import { readFileSync } from 'node:fs';
import { spanToThrift } from '@opentelemetry/exporter-jaeger/build/src/transform';
import * as client from '@opentelemetry/exporter-jaeger/build/src/types';
import { encodeBatch } from '../../src/export/thrift/jaeger-batch';
import { ThriftReferenceType, ThriftUtils, Utils } from '../../src/export/thrift/jaeger-client';
import { ThriftWriter } from '../../src/export/thrift/thrift-writer';

// The encoder against the exporter of OpenTelemetry, whose bytes are read with the definition of Jaeger's client, and our
// parts of jaeger-client against its own. The exporter's conversion is `spanToThrift`.

const definition = require.resolve('jaeger-client/dist/src/jaeger-idl/thrift/jaeger.thrift');
// Its types lack what is used here.
const settings = { source: readFileSync(definition, 'ascii'), allowOptionalArguments: true };
const { rw } = new Thrift(settings).getType('Batch') as unknown as {
  rw: {
    fromBuffer(bytes: Buffer): { readonly err?: Error; readonly value: object };
    toBuffer(batch: unknown): { readonly value: Uint8Array };
  };
};

interface Tag {
  readonly key: string;
  readonly vType: string;
  readonly [field: string]: unknown;
}

const FIELDS: Readonly<Record<string, string>> = { STRING: 'vStr', DOUBLE: 'vDouble', BOOL: 'vBool' };

/** Reads a batch as plain data, each tag with the one value that its type names. */
function read(bytes: Uint8Array): unknown {
  const { err, value } = rw.fromBuffer(Buffer.from(bytes));
  if (err) throw err;
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => {
      if (key === 'tags' && part === null) return [];
      if (key !== 'tags' && key !== 'fields') return part;
      return (part as readonly Tag[]).map((tag) => [tag.key, tag.vType, String(tag[FIELDS[tag.vType]!])]);
    }),
  );
}

/** The request that the exporter of OpenTelemetry would send. */
async function official(spans: readonly ReadableSpan[]): Promise<Uint8Array> {
  const exporter = new JaegerExporter({ endpoint: 'http://127.0.0.1:1/api/traces' });
  let bytes: Uint8Array | undefined;
  const getSender = Reflect.get(exporter, '_getSender') as (span: unknown) => object;
  Reflect.set(exporter, '_getSender', (span: unknown) => {
    const sender = Reflect.apply(getSender, exporter, [span]) as { _batch: unknown; flush: unknown };
    sender.flush = (done: (count: number) => void) => {
      bytes = rw.toBuffer(sender._batch).value;
      done(1);
    };
    return sender;
  });
  await new Promise<void>((resolve) => exporter.export([...spans], () => resolve()));
  return bytes!;
}

const memory = new InMemorySpanExporter();
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }).getTracer('lib', '1.2.3');
const id = (digits: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((text) => !/^0+$/.test(text));
const text = fc.string({ unit: 'binary', maxLength: 40 });
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.integer(),
  fc.array(text, { maxLength: 3 }),
);
const attributes = fc.dictionary(
  text.filter((key) => key !== '' && key !== '__proto__'),
  value,
  { maxKeys: 5 },
);
const context = fc.record({ traceId: id(32), spanId: id(16), traceFlags: fc.constantFrom(0, 1) });
const hrTime = fc.tuple(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 0, max: 999_999_999 }));
// Whole milliseconds: the exporter of OpenTelemetry loses up to a microsecond of the time of an event.
const eventTime = fc
  .tuple(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 0, max: 999 }))
  .map(([seconds, millis]): [number, number] => [seconds, millis * 1e6]);
const count = fc.constantFrom(0, 0, 3);

const span = fc
  .record({
    name: text,
    kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER),
    own: context,
    parentSpanContext: fc.option(context, { nil: undefined }),
    startTime: hrTime,
    duration: hrTime,
    status: fc.record(
      {
        code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
        message: text,
      },
      { requiredKeys: ['code'] },
    ),
    attributes,
    links: fc.array(fc.record({ context, attributes }), { maxLength: 3 }),
    events: fc.array(fc.record({ name: text, time: eventTime, attributes, droppedAttributesCount: count }), {
      maxLength: 3,
    }),
    resource: fc.record({ attributes: attributes.map((given) => ({ ...given, 'service.name': 'orders' })) }),
    instrumentationScope: fc.record({ name: text, version: text }),
    droppedAttributesCount: count,
    droppedEventsCount: count,
    droppedLinksCount: count,
  })
  .map(({ own, ...fields }) => ({ ...fields, spanContext: () => own }) as unknown as ReadableSpan);

test('random spans are encoded as the exporter of OpenTelemetry encodes them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 4 }), async (spans) => {
      expect(read(encodeBatch(spans))).toEqual(read(await official(spans)));
    }),
    { numRuns: 150 },
  );
});

test('spans of the SDK are encoded as the exporter of OpenTelemetry encodes them, in fewer bytes', async () => {
  const failed = tracer.startSpan('pay', { kind: SpanKind.SERVER, attributes: { 'order.id': 7, paid: false } });
  failed.recordException(new Error('no money'));
  failed.setStatus({ code: SpanStatusCode.ERROR, message: 'no money' });
  failed.end();
  for (let index = 0; index < 300; index += 1) tracer.startSpan(`call ${index} of 日本`).end();
  const spans = memory.getFinishedSpans();
  const [own, theirs] = [encodeBatch(spans), await official(spans.slice(0, 90))];
  // It sends at most 100 spans at once.
  expect(read(encodeBatch(spans.slice(0, 90)))).toEqual(read(theirs));
  expect((read(own) as { spans: unknown[] }).spans).toHaveLength(301);
  expect(encodeBatch(spans.slice(0, 90)).byteLength).toBeLessThan(theirs.byteLength / 1.5);
});

test('a scope without a version has no tag for it, and times that are no numbers are zero', () => {
  const [ended] = memory.getFinishedSpans();
  const odd = Object.create(ended!, {
    instrumentationScope: { value: { name: 'lib' } },
    startTime: { value: [Number.NaN, 0] },
  }) as ReadableSpan;
  const { spans } = read(encodeBatch([odd])) as { spans: { startTime: unknown; tags: [string, ...unknown[]][] }[] };
  expect(spans[0]!.tags.filter(([key]) => key.startsWith('otel.library'))).toEqual([
    ['otel.library.name', 'STRING', 'lib'],
  ]);
  expect(spans[0]!.startTime).toMatchObject({ data: [0, 0, 0, 0, 0, 0, 0, 0] });
});

test('a span whose name is no string cannot be encoded', () => {
  const [ended] = memory.getFinishedSpans();
  const broken = Object.create(ended!, { name: { value: Symbol('no name') } }) as ReadableSpan;
  expect(() => encodeBatch([broken])).toThrow(TypeError);
});

test('our parts of jaeger-client return for the conversion what its own return', () => {
  const tag = fc.record({ key: text, value: fc.oneof(text, fc.boolean(), fc.double()) });
  const used = ({ key, vType, vStr, vDouble, vBool }: Readonly<Record<string, unknown>>): unknown => ({
    key,
    vType,
    vStr,
    vDouble,
    vBool,
  });
  fc.assert(
    fc.property(fc.array(tag), fc.maxSafeInteger(), fc.double(), id(16), (tags, whole, fraction, hex) => {
      const number = Math.abs(fraction) < 2 ** 53 || Number.isNaN(fraction) ? fraction : 0;
      for (const value of [whole, number, hex, hex.slice(3)]) {
        expect(Utils.encodeInt64(value)).toEqual(client.Utils.encodeInt64(value));
      }
      const [own, theirs] = [ThriftUtils, client.ThriftUtils].map(({ getThriftTags }) => getThriftTags(tags).map(used));
      expect(own).toEqual(theirs);
      const [log] = ThriftUtils.getThriftLogs([{ timestamp: Math.abs(whole) / 1e3, fields: tags }]);
      const [other] = client.ThriftUtils.getThriftLogs([{ timestamp: Math.abs(whole) / 1e3, fields: tags }]);
      expect(log!.timestamp).toEqual(other!.timestamp);
    }),
  );
  expect(ThriftUtils.emptyBuffer).toEqual(client.ThriftUtils.emptyBuffer);
  expect(ThriftReferenceType.FOLLOWS_FROM).toBe(client.ThriftReferenceType.FOLLOWS_FROM);
  // All that the conversion uses of them.
  const members = [...String(spanToThrift).matchAll(/types_1\.(\w+)\.(\w+)/g)].map(([, part, member]) => [
    part,
    member,
  ]);
  expect(members.length).toBeGreaterThan(5);
  for (const [part, member] of members) {
    expect(Object.keys({ Utils, ThriftUtils, ThriftReferenceType }[part as 'Utils'])).toContain(member);
  }
});

test('an id that is not hexadecimal is encoded as 0, without bytes of other data', () => {
  // The writer reuses memory that is not cleared.
  for (let index = 0; index < 64; index += 1) Buffer.allocUnsafe(16_384).fill('secret..');
  for (const id of ['not-hex', 'not-a-hex-id-xyz', '0123456789abcdeg', '12 4', '-1', 'é'.repeat(16), '']) {
    expect([id, Utils.encodeInt64(id).toString('hex')]).toEqual([id, '0'.repeat(16)]);
  }
  const writer = new ThriftWriter();
  writer.int64Field(1, Buffer.from([1, 2]));
  writer.int64Field(2, Buffer.alloc(9, 3));
  writer.endStruct();
  const hex = `0a0001${'0102'.padEnd(16, '0')}0a0002${'03'.repeat(8)}00`;
  expect(Buffer.from(writer.bytes).toString('hex')).toBe(hex);
});

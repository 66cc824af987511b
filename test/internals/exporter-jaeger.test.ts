import { diag } from '@opentelemetry/api';
import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJaegerThrift } from '../../cli/src/viewer/jaeger-thrift';
import { createEncoder } from '../../src/export/exporters/jaeger';
import type { ExporterVariables, SpanEncoder } from '../../src/export/exporters/exporters';

// What src/export uses of the Jaeger exporter and of jaeger-client, although it is not documented.

const memory = new InMemorySpanExporter();
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }).getTracer('internals');
function createSpans(count: number): ReadableSpan[] {
  for (let index = 0; index < count; index += 1) tracer.startSpan('span').end();
  return memory.getFinishedSpans().slice(-count);
}

let status = 200;
let requests = 0;
let server: Server;
const warnings: string[] = [];

beforeAll(async () => {
  const ignore = (): void => {};
  const warn = (text: string): void => void warnings.push(text);
  diag.setLogger({ error: ignore, warn, info: ignore, debug: ignore, verbose: ignore });
  server = createServer((request, response) => {
    requests += 1;
    request.resume().on('end', () => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  requests = 0;
  status = 200;
});
afterAll(() => {
  diag.disable();
  server.close();
  server.closeAllConnections();
});

const newEncoder = (): SpanEncoder =>
  createEncoder({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/traces`,
    headers: {},
    variables: { headers: [] } as unknown as ExporterVariables,
  });

test('the Jaeger exporter encodes batches that are requested at the same time, and sends none of them', async () => {
  const encoder = newEncoder();
  const sizes = [300, 1, 20];
  const bodies = await Promise.all(sizes.map(async (size) => encoder.encode(createSpans(size))));
  expect(bodies.map((body) => decodeJaegerThrift(body as Buffer).length)).toEqual(sizes);
  expect([requests, warnings]).toEqual([0, []]);
});

test('the sender has the members that are used, also maxSpanBatchSize, although it is not in the types', async () => {
  const exporter = new JaegerExporter({
    endpoint: 'http://127.0.0.1:1/api/traces',
    maxSpanBatchSize: Number.POSITIVE_INFINITY,
  } as ConstructorParameters<typeof JaegerExporter>[0]);
  const sender = Reflect.apply(Reflect.get(exporter, '_getSender') as () => object, exporter, [{ tags: [] }]);
  const { Batch } = Reflect.get(sender, '_jaegerThrift') as { Batch: { rw: Record<string, unknown> } };
  expect(sender).toMatchObject({
    _maxSpanBatchSize: Number.POSITIVE_INFINITY,
    _batch: { spans: [] },
  });
  const methods = [Reflect.get(sender, '_reset'), Reflect.get(sender, 'flush'), Batch.rw.toBuffer];
  expect(methods.map((method) => typeof method)).toEqual(['function', 'function', 'function']);
});

test('without the event loop, the same bytes are encoded, also while another batch is under way', async () => {
  const encoder = newEncoder();
  const spans = createSpans(250);
  const before = encoder.encodeSync(spans)!;
  const other = encoder.encode(createSpans(40));
  // The exporter has begun.
  await Promise.resolve();
  await Promise.resolve();
  const during = encoder.encodeSync(spans)!;
  expect(decodeJaegerThrift((await other) as Buffer)).toHaveLength(40);
  const usual = (await encoder.encode(spans)) as Uint8Array;
  expect([Buffer.compare(before, usual), Buffer.compare(during, usual)]).toEqual([0, 0]);
});

test('a batch that cannot be encoded rejects, and the next one contains only its own spans', async () => {
  const encoder = newEncoder();
  await encoder.encode(createSpans(1));
  const [broken] = createSpans(1);
  const unencodable = Object.create(broken!, { name: { value: Symbol('no name') } }) as ReadableSpan;
  await expect(encoder.encode([...createSpans(2), unencodable])).rejects.toThrow();
  expect(decodeJaegerThrift((await encoder.encode(createSpans(3))) as Buffer)).toHaveLength(3);
});

test.each([
  ['_getSender of @opentelemetry/exporter-jaeger', '_getSender'],
  ['_batch, _jaegerThrift or _reset of jaeger-client', '_reset'],
])(
  'if %s has changed, the exporter sends the batch, its status is known, and one warning is logged',
  async (named, member) => {
    const original = JaegerExporter.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    const { _getSender, _sendSpans } = original;
    warnings.length = 0;
    status = 429;
    try {
      if (member === '_getSender') {
        // Renamed.
        original._senderOf = _getSender!;
        Reflect.deleteProperty(original, '_getSender');
        original._sendSpans = function (...args) {
          Reflect.set(this, '_getSender', _getSender);
          return Reflect.apply(_sendSpans!, this, args);
        };
      } else {
        original._getSender = function (...args) {
          const sender = Reflect.apply(_getSender!, this, args) as object;
          // Renamed: the sender of this version does not find it either, after the request.
          Reflect.set(sender, '_reset', undefined);
          Reflect.set(sender, 'flush', (done: (count: number, error?: string) => void) =>
            done(1, 'server responded with HTTP 429'),
          );
          return sender;
        };
      }
      expect(await newEncoder().encode(createSpans(1))).toMatchObject({ status: 429 });
      expect(warnings).toEqual([
        `fc-traced: ${named} is not as fc-traced expects: the Jaeger exporter sends its requests, without a time limit of their own`,
      ]);
    } finally {
      Object.assign(original, { _getSender, _sendSpans });
    }
  },
);

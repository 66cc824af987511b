import { diag } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExporter } from '../../src/export/exporters/jaeger';

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
let exporter: SpanExporter;
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
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/traces`;
  exporter = createExporter({ url, headers: {}, timeoutMillis: 1_000 });
});
afterEach(() => exporter.shutdown());
afterAll(() => {
  diag.disable();
  server.close();
  server.closeAllConnections();
});

const send = (spans: ReadableSpan[]): Promise<ExportResult> =>
  new Promise((resolve) => exporter.export(spans, resolve));

test('@opentelemetry/exporter-jaeger passes maxSpanBatchSize to the sender, so a batch is one request', async () => {
  expect(await send(createSpans(300))).toMatchObject({ code: 0 });
  expect(requests).toBe(1);
  expect(Reflect.get(exporter, '_sender')).toMatchObject({ _maxSpanBatchSize: Number.POSITIVE_INFINITY });
  expect(warnings).toEqual([]);
});

test.each([400, 429, 503])('jaeger-client: the error of an export contains the status code: %i', async (code) => {
  status = code;
  const { error } = await send(createSpans(1));
  expect(error?.message).toMatch(new RegExp(`\\bHTTP ${code}\\b`));
});

test('if jaeger-client ignores maxSpanBatchSize, spans are exported, and one warning is logged', async () => {
  await send(createSpans(1));
  Object.assign(Reflect.get(exporter, '_sender') as object, { _maxSpanBatchSize: 100 });
  for (let turn = 0; turn < 2; turn += 1) expect(await send(createSpans(150))).toMatchObject({ code: 0 });
  expect(requests).toBe(1 + 2 * 2);
  expect(warnings).toEqual([
    'fc-traced: this version of jaeger-client ignores maxSpanBatchSize: a batch is sent in parts, and if one fails, ' +
      'spans may be duplicated',
  ]);
});

// Invokes a handler in a program that registered its own provider of OpenTelemetry's SDK 3.x, with the official
// instrumentations of that line, and checks its traces. They must have been exported before each response.
//   node .ci/package-own-sdk.mjs APP_FOLDER
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const app = path.resolve(process.argv[2]);
const require = createRequire(path.join(app, 'program.js'));
const modules = path.join(app, 'node_modules');
const apis = readdirSync(modules, { recursive: true }).filter((file) =>
  /(^|[\\/])@opentelemetry[\\/]api[\\/]package\.json$/.test(file),
);
assert.equal(apis.length, 1, `one copy of @opentelemetry/api, not ${apis.join(', ')}`);
const versionOf = (name) => require(path.join(modules, name, 'package.json')).version;
assert.match(versionOf('@opentelemetry/api'), /^1\.10\./);
assert.match(versionOf('@opentelemetry/sdk-trace'), /^3\./);

const { context, trace, SpanStatusCode } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { BatchSpanProcessor, InMemorySpanExporter, TracerProvider } = require('@opentelemetry/sdk-trace');
const exporter = new InMemorySpanExporter();
context.setGlobalContextManager(new AsyncLocalStorageContextManager());
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] }));

const { createHandler, startSpan, Traced } = require('fc-traced');
const http = require('node:http');
const received = [];
const server = createServer((request, response) => {
  received.push(request.headers.traceparent);
  response.end('ok');
});
await new Promise((resolve) => {
  server.listen(0, '127.0.0.1', resolve);
});
const url = `http://127.0.0.1:${server.address().port}/`;

class Orders {
  async handle({ isBad }) {
    const results = [await this.get(), await this.fetch()];
    for await (const part of this.parts()) results.push(part);
    if (isBad) throw new Error('out of stock');
    return results;
  }
  get() {
    return new Promise((resolve, reject) => {
      http.get(url, (response) => response.resume().on('end', () => resolve('got'))).on('error', reject);
    });
  }
  async fetch() {
    return (await fetch(url)).text();
  }
  async *parts() {
    startSpan('inside').end();
    yield 'part';
  }
}
for (const name of ['get', 'fetch', 'parts']) {
  const method = Object.getOwnPropertyDescriptor(Orders.prototype, name);
  Object.defineProperty(Orders.prototype, name, Traced()(Orders.prototype, name, method) ?? method);
}
const { handler } = createHandler(Orders, {
  name: 'orders',
  coldStartSpans: false,
  instrumentations: ['http', 'undici'],
});
const fcContext = {
  requestId: '1-691f0000-15b1c3f1-0123456789ab',
  function: { name: 'orders', handler: 'handler.handler', memory: 512, timeout: 60 },
  service: {},
  tracing: { openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:1', openTracingSpanBaggages: {} },
};

/** The exported spans as lines, indented by their depth. */
function tree() {
  const spans = exporter
    .getFinishedSpans()
    .toSorted(({ startTime: a }, { startTime: b }) => a[0] - b[0] || a[1] - b[1]);
  const below = (parent, depth) =>
    spans
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
      .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...below(span.spanContext().spanId, depth + 1)]);
  const lines = below('124ed43254b54966', 0);
  assert.equal(lines.length, spans.length, `each span is in the trace: ${spans.map(({ name }) => name).join(', ')}`);
  return lines;
}

const expected = ['orders', '  Orders.get', '    GET', '  Orders.fetch', '    GET', '  Orders.parts', '    inside'];
assert.deepEqual(await handler(Buffer.from('{}'), fcContext), ['got', 'ok', 'part']);
assert.deepEqual(tree(), expected);
const requests = exporter.getFinishedSpans().filter(({ name }) => name === 'GET');
assert.deepEqual(
  requests.map((span) => `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`),
  received,
);

exporter.reset();
await assert.rejects(handler(Buffer.from('{"isBad":true}'), fcContext), /out of stock/);
assert.deepEqual(tree(), expected);
const failed = exporter.getFinishedSpans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
assert.deepEqual(
  failed.map(({ name, events }) => [name, events.map((event) => event.name)]),
  [['orders', ['exception']]],
);

server.closeAllConnections();
server.close();
const versions = ['@opentelemetry/api', '@opentelemetry/sdk-trace', '@opentelemetry/instrumentation-http'].map(
  (name) => `${name} ${versionOf(name)}`,
);
console.log(`Node.js ${process.versions.node}, ${versions.join(', ')}: two traces on the program's own provider`);

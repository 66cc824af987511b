// Invokes a compiled sample twice, as FC would, with a collector on the loopback interface: once with Jaeger thrift and
// a promise, once with OTLP and a callback. Checks that both responses arrive, and that their spans are exported first.
//   node .ci/package-invoke.mjs HANDLER_FILE
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const file = process.argv[2];
const exported = file.endsWith('.cjs') ? createRequire(import.meta.url)(file) : await import(pathToFileURL(file));
const names = Object.keys(exported);
for (const name of ['handler', 'initialize'])
  assert.ok(names.includes(name), `${file} exports ${names.join(', ')}, not ${name}`);

const posts = [];
const collector = createServer((request, response) => {
  let bytes = 0;
  request
    .on('data', (chunk) => {
      bytes += chunk.length;
    })
    .on('end', () => {
      posts.push({ url: request.url, type: request.headers['content-type'], bytes });
      response.end();
    });
});
await new Promise((resolve) => {
  collector.listen(0, '127.0.0.1', resolve);
});

const context = (endpoint) => ({
  requestId: '1-691f0000-15b1c3f1-0123456789ab',
  credentials: {},
  region: 'cn-hangzhou',
  accountId: '1234567890123456',
  retryCount: 0,
  logger: console,
  function: { name: 'smallest', handler: 'handler.handler', memory: 512, timeout: 60 },
  service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
  tracing: {
    openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:1',
    openTracingSpanBaggages: {},
    jaegerEndpoint: `http://127.0.0.1:${collector.address().port}${endpoint}`,
  },
});
const event = Buffer.from('{"name":"world"}');

await exported.initialize(context('/api/traces'));
const fromPromise = await exported.handler(event, context('/api/traces'));
assert.deepEqual(
  posts.map(({ url, type }) => ({ url, type })),
  [{ url: '/api/traces', type: 'application/x-thrift' }],
);

const fromCallback = await new Promise((resolve, reject) => {
  exported.handler(event, context('/v1/traces'), (error, value) => (error ? reject(error) : resolve(value)));
});
assert.deepEqual(fromCallback, fromPromise);
assert.equal(posts.length, 2);
assert.equal(posts[1].url, '/v1/traces');
assert.ok(
  posts.every(({ bytes }) => bytes > 100),
  'a request contains no spans',
);

collector.closeAllConnections();
collector.close();
console.log(`Node.js ${process.versions.node}: ${JSON.stringify(fromPromise)}, spans exported before each response`);

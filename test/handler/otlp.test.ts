import { inFreshProcess } from '../package/fresh-process';

interface Seen {
  readonly requests: readonly { readonly url: string; readonly headers: Readonly<Record<string, string>> }[];
  readonly took: number;
  readonly spans: readonly string[];
}

// A real OTLP export, in a new process: the exporter imports `http` in a way that does not work in Jest's module system.
function ship(options: string, env: Record<string, string> = {}, context = '{}', delay = 0): Promise<Seen> {
  return inFreshProcess<Seen>(
    `
    const http = require('node:http');
    const { decodeOtlpProtobuf } = require(cli + 'viewer/otlp.js');
    const { readBody } = require(cli + 'viewer/collector.js');
    const requests = [], spans = [];
    const server = http.createServer(async (request, response) => {
      requests.push({ url: request.url, headers: request.headers });
      const body = await readBody(request);
      setTimeout(() => { spans.push(...decodeOtlpProtobuf(body).map(({ name }) => name)); response.writeHead(200).end(); }, ${delay});
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = 'http://127.0.0.1:' + server.address().port;
    for (const [name, value] of Object.entries(process.env)) if (name.startsWith('OTEL_')) process.env[name] = value.replace('URL', url);
    const { createHandler } = require(dist + 'index.js');
    const { fakeFcContext, invoke } = require(dist + 'testing.js');
    class Ship { handle() { return 'shipped'; } }
    const { handler, initialize } = createHandler(Ship, { coldStartSpans: false, ...${options} });
    const context = fakeFcContext(${context});
    await initialize(context);
    const before = performance.now();
    await invoke(handler, {}, context);
    report({ requests, spans: [...spans], took: performance.now() - before });
    setTimeout(() => process.exit(), 50);
  `,
    env,
  );
}

test("the OTLP endpoint in FC's context gets the trace before the answer", async () => {
  const { requests, spans } = await ship(
    '{}',
    {},
    "{ tracing: { jaegerEndpoint: url + '/adapt_x@y_z/api/otlp/traces' } }",
  );
  expect(requests).toMatchObject([
    { url: '/adapt_x@y_z/api/otlp/traces', headers: { 'content-type': 'application/x-protobuf' } },
  ]);
  expect(spans).toEqual(['test-function']);
});

test('headers of options and environment are sent; those of options take precedence', async () => {
  const { requests } = await ship("{ headers: { authentication: 'from code' } }", {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'URL',
    OTEL_EXPORTER_OTLP_HEADERS: 'authentication=from%20env,x-team=blue',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-team=green',
  });
  expect(requests).toMatchObject([{ url: '/v1/traces', headers: { authentication: 'from code', 'x-team': 'green' } }]);
});

test('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is used unchanged and takes precedence over the general variable', async () => {
  const { requests } = await ship('{}', {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'URL/general',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'URL/special?k=1',
  });
  expect(requests.map(({ url }) => url)).toEqual(['/special?k=1']);
});

test('OTEL_EXPORTER_OTLP_COMPRESSION=gzip compresses the request', async () => {
  const { requests, spans } = await ship('{}', {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'URL/',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  });
  expect(requests).toMatchObject([{ url: '/v1/traces', headers: { 'content-encoding': 'gzip' } }]);
  expect(spans).toEqual(['test-function']);
});

test('OTEL_EXPORTER_OTLP_TIMEOUT ends an export, and the invocation waits no longer', async () => {
  const { requests, spans, took } = await ship(
    '{ flushTimeoutMillis: 600 }',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'URL', OTEL_EXPORTER_OTLP_TIMEOUT: '100' },
    '{}',
    5_000,
  );
  expect([requests.length, spans]).toEqual([1, []]);
  expect(took).toBeLessThan(1_000);
});

test('the option protocol selects OTLP for any path', async () => {
  const { spans } = await ship("{ endpoint: url + '/in', protocol: 'otlp' }");
  expect(spans).toEqual(['test-function']);
});

import { inFreshProcess } from '../package/fresh-process';

interface Outcome {
  /** Name and path of each received span. */
  readonly spans: readonly string[];
  /** The number of export requests that the server accepted and rejected. */
  readonly requests: { readonly accepted: number; readonly rejected: number };
  readonly isLoaded: boolean;
}

// Real exporters and a real collector, behind a server that rejects the first request. Spans are sent in every way:
// with a response, in the second attempt after a failure, by the timer after work that outlives the response, and
// by the hooks.
const run = (protocol: 'otlp' | 'jaeger'): Promise<Outcome> =>
  inFreshProcess<Outcome>(`
  const http = require('node:http');
  const { startCollector } = require(cli + 'viewer/collector.js');
  const { createHandler } = require(dist + 'index.js');
  const { fakeFcContext, invoke } = require(dist + 'testing.js');
  const collector = await startCollector();
  const target = new URL(collector.${protocol}Endpoint);
  const requests = { accepted: 0, rejected: 0 };
  const proxy = http.createServer((request, response) => {
    if (requests.rejected === 0) {
      requests.rejected += 1;
      return void request.resume().on('end', () => response.writeHead(503).end());
    }
    requests.accepted += 1;
    const forwarded = http.request(target, { method: 'POST', headers: request.headers }, (answer) =>
      answer.pipe(response.writeHead(answer.statusCode)),
    );
    request.pipe(forwarded);
  });
  const shop = http.createServer((request, response) => response.end('answer'));
  for (const server of [proxy, shop]) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = 'http://127.0.0.1:' + shop.address().port;
  const get = (path) =>
    new Promise((resolve, reject) =>
      http.get(base + path, (response) => response.resume().on('end', resolve)).on('error', reject),
    );
  let later;
  class Shop {
    async handle() {
      await get('/http');
      await (await fetch(base + '/fetch')).text();
      later = new Promise((resolve) => setTimeout(resolve, 100)).then(() => get('/later'));
      return 'answer';
    }
  }
  const { handler, initialize, preFreeze, preStop } = createHandler(Shop, {
    name: 'shop',
    coldStartSpans: false,
    // A request that times out on a slow machine is sent again, and the collector would receive its spans twice.
    exportTimeoutMillis: 8_000,
    instrumentations: ['http', 'undici'],
    endpoint: 'http://127.0.0.1:' + proxy.address().port + target.pathname,
  });
  const context = fakeFcContext();
  await initialize(context);
  const isLoaded = Object.keys(require.cache).some((file) => file.includes('instrumentation-undici'));
  await invoke(handler, {}, context);
  await later;
  // Nothing flushes the span of the later request, so the timer sends it.
  await collector.waitFor((spans) => spans.length === 4, 8_000);
  await invoke(handler, {}, context);
  await later;
  await collector.waitFor((spans) => spans.length === 8, 8_000);
  await Promise.all([invoke(handler, {}, context), invoke(handler, {}, context)]);
  await later;
  await new Promise((resolve) => setTimeout(resolve, 150));
  await preFreeze(context);
  await preStop(context);
  const describeSpan = ({ name, attributes }) =>
    (name + ' ' + (attributes['url.full'] ?? '').replace(/^.*:[0-9]+/, '')).trim();
  report({ isLoaded, requests, spans: collector.spans().map(describeSpan).sort() });
  process.exit();`);

describe('if http and undici are traced, requests of the exporter have no spans', () => {
  const outcomes = { otlp: run('otlp'), jaeger: run('jaeger') };
  const expected = [
    ...Array(4).fill('GET /fetch'),
    ...Array(4).fill('GET /http'),
    ...Array(4).fill('GET /later'),
    ...Array(4).fill('shop'),
  ] as string[];

  test.each(['otlp', 'jaeger'] as const)(
    '%s: with a response, in a second attempt, by the timer, and by the hooks',
    async (protocol) => {
      const { spans, requests, isLoaded } = await outcomes[protocol];
      expect(isLoaded).toBe(true);
      expect(spans).toEqual(expected);
      expect(requests.rejected).toBe(1);
      expect(requests.accepted).toBeGreaterThanOrEqual(3);
    },
  );
});

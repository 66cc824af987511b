import { inFreshProcess } from '../package/fresh-process';

interface Seen {
  /** Name and address of all spans that arrived. */
  readonly spans: readonly string[];
  /** How many requests the far end took and refused. */
  readonly requests: { readonly taken: number; readonly refused: number };
  /** How often the idle timer sent something. */
  readonly idle: number;
  readonly loaded: boolean;
}

// Real exporters and a real collector behind an end that is overloaded at first. Every way that spans leave by: an answer, a second try
// after a failure, the idle timer after work that outlived the answer, and the hooks.
const run = (protocol: 'otlp' | 'jaeger'): Promise<Seen> =>
  inFreshProcess<Seen>(`
  const realTimeout = setTimeout;
  let idle = 0;
  globalThis.setTimeout = (work, ms, ...args) => realTimeout(ms === 5000 ? () => { idle += 1; work(); } : work, ms === 5000 ? 300 : ms, ...args);
  const http = require('node:http');
  const { startCollector } = require(cli + 'viewer/collector.js');
  const { createHandler } = require(dist + 'index.js');
  const { fakeFcContext, invoke } = require(dist + 'testing.js');
  const collector = await startCollector();
  const target = new URL(collector.${protocol}Endpoint);
  const requests = { taken: 0, refused: 0 };
  const overloaded = http.createServer((request, response) => {
    if (requests.refused === 0) { requests.refused += 1; request.resume().on('end', () => response.writeHead(503).end()); return; }
    requests.taken += 1;
    request.pipe(http.request(target, { method: 'POST', headers: request.headers }, (answer) => answer.pipe(response.writeHead(answer.statusCode))));
  });
  const shop = http.createServer((request, response) => response.end('answer'));
  for (const server of [overloaded, shop]) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = 'http://127.0.0.1:' + shop.address().port;
  const get = (path) => new Promise((resolve, reject) => http.get(base + path, (response) => response.resume().on('end', resolve)).on('error', reject));
  let later;
  class Shop {
    async handle() {
      await get('/http');
      await (await fetch(base + '/fetch')).text();
      later = new Promise((resolve) => setTimeout(resolve, 100)).then(() => get('/later'));
      return 'answer';
    }
  }
  const { handler, initialize, preFreeze, preStop } = createHandler(Shop, { name: 'shop', coldStartSpans: false, instrumentations: ['http', 'undici'], endpoint: 'http://127.0.0.1:' + overloaded.address().port + target.pathname });
  const context = fakeFcContext();
  await initialize(context);
  const loaded = Object.keys(require.cache).some((file) => file.includes('instrumentation-undici'));
  await invoke(handler, {}, context);
  await later;
  await collector.waitFor((spans) => spans.length === 4, 8_000);
  await invoke(handler, {}, context);
  await later;
  await collector.waitFor((spans) => spans.length === 8, 8_000);
  await Promise.all([invoke(handler, {}, context), invoke(handler, {}, context)]);
  await later;
  await new Promise((resolve) => setTimeout(resolve, 150));
  await preFreeze(context);
  await preStop(context);
  report({ idle, loaded, requests, spans: collector.spans().map(({ name, attributes }) => (name + ' ' + (attributes['url.full'] ?? '').replace(/^.*:[0-9]+/, '')).trim()).sort() });
  process.exit();`);

describe("with http and undici traced, the exporter's own requests are no spans", () => {
  const seen = { otlp: run('otlp'), jaeger: run('jaeger') };
  const expected = [
    ...Array(4).fill('GET /fetch'),
    ...Array(4).fill('GET /http'),
    ...Array(4).fill('GET /later'),
    ...Array(4).fill('shop'),
  ] as string[];

  test.each(['otlp', 'jaeger'] as const)(
    '%s: in the answer, in a second try, in the idle timer and in the hooks',
    async (protocol) => {
      const { idle, spans, requests, loaded } = await seen[protocol];
      expect(loaded).toBe(true);
      expect(spans).toEqual(expected);
      expect(requests.refused).toBe(1);
      expect(idle).toBeGreaterThanOrEqual(1);
      expect(requests.taken).toBeGreaterThanOrEqual(3);
    },
  );
});

import { contextSource, inFreshProcess } from '../package/fresh-process';

interface Seen {
  /** `traceparent` and `baggage` of each request that arrived. */
  readonly arrived: readonly (readonly [string | null, string | null])[];
  readonly loaded: readonly string[];
  readonly exported: number;
}

const CALLER = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Calls a handler that makes one request by `node:http` and one by `fetch` in each invocation: with these traces of its caller, in turn. */
function seen(
  options: string,
  callers: readonly (string | undefined)[],
  env: Record<string, string> = {},
): Promise<Seen> {
  return inFreshProcess<Seen>(
    `
    const http = require('node:http');
    const { createHandler } = require(dist);
    const arrived = [];
    let exported = 0;
    const server = http.createServer(({ url, headers: { traceparent, baggage } }, response) => {
      if (url === '/v1/traces') exported += 1;
      else arrived.push([traceparent, baggage]);
      response.end();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = 'http://127.0.0.1:' + server.address().port;
    class Shop {
      async handle() {
        await new Promise((resolve, reject) => http.get(url, (response) => response.resume().on('end', resolve)).on('error', reject));
        await fetch(url);
        return 'done';
      }
    }
    const { handler } = createHandler(Shop, (${options})(url));
    for (const traceparent of ${JSON.stringify(callers.map((caller) => caller ?? null))}) {
      const event = { version: 'v1', rawPath: '/', body: '', isBase64Encoded: false, headers: traceparent === null ? {} : { traceparent, baggage: 'tenant=acme' }, requestContext: { http: { method: 'GET', path: '/' } } };
      await new Promise((resolve, reject) => handler(Buffer.from(JSON.stringify(event)), ${contextSource({})}, (error) => (error ? reject(error) : resolve())));
    }
    const loaded = Object.keys(require.cache).map((file) => /@opentelemetry[\\\\/]([a-z0-9-]+)/.exec(file)?.[1]).filter(Boolean);
    report({ arrived, exported, loaded: [...new Set(loaded)].sort() });
    process.exit();`,
    env,
  );
}

const INSTRUMENTED = "instrumentations: ['http', 'undici', 'mysql2']";
const spanIdOf = (traceparent: string | null): string => traceparent!.slice(36, 52);

test('a caller that did not sample is passed on from the first invocation of an instance on, and no SDK is loaded', async () => {
  const { arrived, loaded, exported } = await seen(`(url) => ({ ${INSTRUMENTED}, endpoint: url + '/v1/traces' })`, [
    `00-${CALLER}-00f067aa0ba902b7-00`,
  ]);
  expect(arrived).toEqual(
    Array(2).fill([expect.stringMatching(new RegExp(`^00-${CALLER}-[0-9a-f]{16}-00$`)), 'tenant=acme']),
  );
  expect(new Set([...arrived.map(([traceparent]) => spanIdOf(traceparent)), '00f067aa0ba902b7']).size).toBe(3);
  expect(loaded).toEqual(expect.arrayContaining(['instrumentation-http', 'instrumentation-undici']));
  expect(loaded.filter((name) => /sdk|exporter|resources|mysql2/.test(name))).toEqual([]);
  expect(exported).toBe(0);
});

test('a trace that was not sampled here is not sampled by those who are called, either', async () => {
  const { arrived } = await seen(`(url) => ({ ${INSTRUMENTED}, endpoint: url + '/v1/traces', sampleRatio: 0 })`, [
    undefined,
  ]);
  expect(arrived).toEqual(Array(2).fill([expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-02$/), null]));
  expect(new Set(arrived.map(([traceparent]) => traceparent!.slice(3, 35))).size).toBe(1);
});

test('where no endpoint is known a caller is passed on as it came, and a trace without one is not sampled', async () => {
  const { arrived, loaded } = await seen(`() => ({ ${INSTRUMENTED} })`, [
    undefined,
    `00-${CALLER}-00f067aa0ba902b7-01`,
    undefined,
  ]);
  const own = [expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-02$/), null];
  const passed = [expect.stringMatching(new RegExp(`^00-${CALLER}-[0-9a-f]{16}-01$`)), 'tenant=acme'];
  expect(arrived).toEqual([own, own, passed, passed, own, own]);
  expect(loaded.filter((name) => /sdk|exporter|resources|mysql2/.test(name))).toEqual([]);
});

test('OTEL_SDK_DISABLED leaves libraries and their requests alone', async () => {
  const { arrived, loaded } = await seen(
    `() => ({ ${INSTRUMENTED} })`,
    [undefined, `00-${CALLER}-00f067aa0ba902b7-01`],
    { OTEL_SDK_DISABLED: 'true' },
  );
  expect(arrived).toEqual(Array(4).fill([null, null]));
  expect(loaded.filter((name) => name.startsWith('instrumentation'))).toEqual([]);
});

test('the first invocation that is recorded after one that is not has the spans of its requests', async () => {
  const { arrived, exported } = await seen(`(url) => ({ ${INSTRUMENTED}, endpoint: url + '/v1/traces' })`, [
    `00-${CALLER}-00f067aa0ba902b7-00`,
    `00-${CALLER}-00f067aa0ba902b7-01`,
  ]);
  expect(arrived.map(([traceparent]) => traceparent!.slice(-2))).toEqual(['00', '00', '01', '01']);
  expect(new Set(arrived.map(([traceparent]) => spanIdOf(traceparent))).size).toBe(4);
  expect(exported).toBe(1);
});

test('instrumentations whose calls carry no trace are not loaded for it', async () => {
  const { loaded } = await seen(
    "(url) => ({ instrumentations: ['mysql2', 'pg', 'redis', 'ioredis'], endpoint: url + '/v1/traces' })",
    [`00-${CALLER}-00f067aa0ba902b7-00`],
  );
  expect(loaded.filter((name) => name.startsWith('instrumentation'))).toEqual([]);
});

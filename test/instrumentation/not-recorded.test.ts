import { contextSource, inFreshProcess } from '../package/fresh-process';

interface Outcome {
  /** `traceparent` and `baggage` of each received request. */
  readonly received: readonly (readonly [string | null, string | null])[];
  readonly loaded: readonly string[];
  readonly exported: number;
}

const CALLER = '4bf92f3577b34da6a3ce929d0e0e4736';

/**
 * Calls a handler, which makes one request with `node:http` and one with `fetch`, once for each of these `traceparent`
 * headers of its caller.
 */
function run(
  options: string,
  callers: readonly (string | undefined)[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return inFreshProcess<Outcome>(
    `
    const http = require('node:http');
    const { createHandler } = require(dist);
    const received = [];
    let exported = 0;
    const server = http.createServer(({ url, headers: { traceparent, baggage } }, response) => {
      if (url === '/v1/traces') exported += 1;
      else received.push([traceparent, baggage]);
      response.end();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = 'http://127.0.0.1:' + server.address().port;
    const get = () =>
      new Promise((resolve, reject) =>
        http.get(url, (response) => response.resume().on('end', resolve)).on('error', reject),
      );
    class Shop {
      async handle() {
        await get();
        await fetch(url);
        return 'done';
      }
    }
    const { handler } = createHandler(Shop, (${options})(url));
    const context = ${contextSource({})};
    for (const traceparent of ${JSON.stringify(callers.map((caller) => caller ?? null))}) {
      const headers = traceparent === null ? {} : { traceparent, baggage: 'tenant=acme' };
      const requestContext = { http: { method: 'GET', path: '/' } };
      const event = { version: 'v1', rawPath: '/', body: '', isBase64Encoded: false, headers, requestContext };
      await new Promise((resolve, reject) =>
        handler(Buffer.from(JSON.stringify(event)), context, (error) => (error ? reject(error) : resolve())),
      );
    }
    const nameOf = (file) => /@opentelemetry[\\\\/]([a-z0-9-]+)/.exec(file)?.[1];
    const loaded = Object.keys(require.cache).map(nameOf).filter(Boolean);
    report({ received, exported, loaded: [...new Set(loaded)].sort() });
    process.exit();`,
    env,
  );
}

const INSTRUMENTED = "instrumentations: ['http', 'undici', 'mysql2']";
const spanIdOf = (traceparent: string | null): string => traceparent!.slice(36, 52);

test('the trace of a caller that did not sample is propagated at once, and no SDK is loaded', async () => {
  const { received, loaded, exported } = await run(`(url) => ({ ${INSTRUMENTED}, endpoint: url + '/v1/traces' })`, [
    `00-${CALLER}-00f067aa0ba902b7-00`,
  ]);
  expect(received).toEqual(
    Array(2).fill([expect.stringMatching(new RegExp(`^00-${CALLER}-[0-9a-f]{16}-00$`)), 'tenant=acme']),
  );
  expect(new Set([...received.map(([traceparent]) => spanIdOf(traceparent)), '00f067aa0ba902b7']).size).toBe(3);
  expect(loaded).toEqual(expect.arrayContaining(['instrumentation-http', 'instrumentation-undici']));
  expect(loaded.filter((name) => /sdk|exporter|resources|mysql2/.test(name))).toEqual([]);
  expect(exported).toBe(0);
});

test('a trace that was not sampled here is propagated as not sampled', async () => {
  const { received } = await run(`(url) => ({ ${INSTRUMENTED}, endpoint: url + '/v1/traces', sampleRatio: 0 })`, [
    undefined,
  ]);
  expect(received).toEqual(Array(2).fill([expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-02$/), null]));
  expect(new Set(received.map(([traceparent]) => traceparent!.slice(3, 35))).size).toBe(1);
});

test('without an endpoint, the trace of a caller is propagated unchanged, and a new trace is not sampled', async () => {
  const { received, loaded } = await run(`() => ({ ${INSTRUMENTED} })`, [
    undefined,
    `00-${CALLER}-00f067aa0ba902b7-01`,
    undefined,
  ]);
  const own = [expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-02$/), null];
  const propagated = [expect.stringMatching(new RegExp(`^00-${CALLER}-[0-9a-f]{16}-01$`)), 'tenant=acme'];
  expect(received).toEqual([own, own, propagated, propagated, own, own]);
  expect(loaded.filter((name) => /sdk|exporter|resources|mysql2/.test(name))).toEqual([]);
});

test('OTEL_SDK_DISABLED: libraries are not patched, and requests carry no trace context', async () => {
  const { received, loaded } = await run(
    `() => ({ ${INSTRUMENTED} })`,
    [undefined, `00-${CALLER}-00f067aa0ba902b7-01`],
    { OTEL_SDK_DISABLED: 'true' },
  );
  expect(received).toEqual(Array(4).fill([null, null]));
  expect(loaded.filter((name) => name.startsWith('instrumentation'))).toEqual([]);
});

test('a recorded invocation after an unrecorded one has spans for its requests', async () => {
  const { received, exported } = await run(`(url) => ({ ${INSTRUMENTED}, endpoint: url + '/v1/traces' })`, [
    `00-${CALLER}-00f067aa0ba902b7-00`,
    `00-${CALLER}-00f067aa0ba902b7-01`,
  ]);
  expect(received.map(([traceparent]) => traceparent!.slice(-2))).toEqual(['00', '00', '01', '01']);
  expect(new Set(received.map(([traceparent]) => spanIdOf(traceparent))).size).toBe(4);
  expect(exported).toBe(1);
});

test('instrumentations that do not propagate are not loaded for an unrecorded invocation', async () => {
  const { loaded } = await run(
    "(url) => ({ instrumentations: ['mysql2', 'pg', 'redis', 'ioredis'], endpoint: url + '/v1/traces' })",
    [`00-${CALLER}-00f067aa0ba902b7-00`],
  );
  expect(loaded.filter((name) => name.startsWith('instrumentation'))).toEqual([]);
});

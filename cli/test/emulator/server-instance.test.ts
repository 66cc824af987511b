import { join } from 'node:path';
import type { ServerOptions } from '../../src/emulator/function-options';
import { buildTraces, renderTrace } from '../../../src/testing/trace-tree';
import { startCollector } from '../../src/viewer/collector';
import { startHttpTrigger, startServer } from './built';
import type { HttpTrigger, ServerInstance } from './built';

const codeDir = join(__dirname, 'functions');
const cleanups: (() => Promise<void>)[] = [];

function start(options: Partial<ServerOptions> = {}): ServerInstance {
  const server = startServer({ command: [process.execPath, 'server.js'], codeDir, ...options });
  cleanups.push(() => server.stop());
  return server;
}
async function trigger(options: Partial<ServerOptions> = {}): Promise<HttpTrigger & { server: ServerInstance }> {
  const server = start(options);
  const opened = await startHttpTrigger(server);
  cleanups.push(() => opened.close());
  return { ...opened, server };
}
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

describe('a function on a custom runtime', () => {
  test('gets events by POST /invoke, with FC’s headers, after its initializer; the first has a cold start', async () => {
    const server = start({
      functionName: 'weather',
      handler: 'index.answer',
      initializer: true,
      memorySize: 256,
      timeout: 9,
    });
    const cold = await server.invoke({ city: 'Hangzhou' });
    const warm = await server.invoke('text');
    expect([cold.ok, cold.coldStart, warm.coldStart]).toEqual([true, true, false]);
    const seen = JSON.parse(cold.body.toString());
    expect(seen).toMatchObject({ method: 'POST', url: '/invoke', body: '{"city":"Hangzhou"}', initialized: 1 });
    expect(seen.headers).toMatchObject({
      'x-fc-request-id': cold.requestId,
      'x-fc-control-path': '/invoke',
      'x-fc-function-name': 'weather',
      'x-fc-function-handler': 'index.answer',
      'x-fc-function-memory': '256',
      'x-fc-function-timeout': '9',
      'content-type': 'application/octet-stream',
      'x-fc-tracing-opentracing-span-context': '',
      'x-fc-tracing-opentracing-span-baggages': '',
      'x-fc-tracing-jaeger-endpoint': '',
    });
    expect(JSON.parse(warm.body.toString())).toMatchObject({ body: 'text', initialized: 1, port: seen.port });
  });

  test('reports a failed event with x-fc-status', async () => {
    expect(await start().invoke('fail')).toMatchObject({
      ok: false,
      error: { errorMessage: 'given', errorType: 'RangeError' },
    });
  });

  test('has its preStop hook called, even when it is frozen', async () => {
    const server = start({ freeze: true });
    await server.invoke('');
    await server.preStop();
    await server.stop();
    expect(server.logs).toEqual(['preStop 1-']);
  });

  test('that does not listen fails the invocation, and the next one starts it again', async () => {
    const server = start({ command: [process.execPath, '-e', 'process.exit(1)'] });
    for (let call = 0; call < 2; call += 1) {
      expect(await server.invoke('')).toMatchObject({
        ok: false,
        coldStart: true,
        error: { errorMessage: expect.stringContaining('did not start') },
      });
    }
  });

  test('does not run while it is frozen', async () => {
    const server = start({ freeze: true });
    const ticks = async (): Promise<number> => JSON.parse((await server.invoke('')).body.toString()).ticks as number;
    const before = await ticks();
    await pause(300);
    expect((await ticks()) - before).toBeLessThan(5);
  });
});

describe('behind an HTTP trigger', () => {
  test('a request is forwarded with method, path, query, body and headers, but without the client’s x-fc-… headers', async () => {
    const { call } = await trigger();
    const { body } = await call('/path?a=1&a=2', {
      method: 'PUT',
      body: 'text',
      headers: { 'x-fc-region': 'elsewhere', 'x-mine': 'yes', traceparent: 'rubbish' },
    });
    const seen = JSON.parse(body.toString());
    expect(seen).toMatchObject({ method: 'PUT', url: '/path?a=1&a=2', body: 'text' });
    expect(seen.headers).toMatchObject({
      'x-mine': 'yes',
      'x-fc-region': 'cn-hangzhou',
      'x-fc-control-path': '/http-invoke',
      traceparent: 'rubbish',
    });
    expect(seen.headers).not.toHaveProperty('x-fc-traced-call');
  });

  test('the response is forwarded as it is written, event by event', async () => {
    const { url, server } = await trigger();
    await server.invoke('');
    const began = performance.now();
    const response = await fetch(`${url}/events`);
    const times: number[] = [];
    for await (const _ of response.body!) times.push(performance.now() - began);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-fc-request-id')).toMatch(/^1-/);
    expect(response.headers.has('x-fc-hidden')).toBe(false);
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(50);
  });

  test('the instance handles as many requests at a time as its concurrency allows, and the others wait', async () => {
    for (const [instanceConcurrency, most] of [
      [1, 1],
      [3, 3],
    ] as const) {
      const { call, server } = await trigger({ instanceConcurrency });
      const results = await Promise.all(Array.from({ length: 6 }, () => call('/slow')));
      expect(results.map(({ coldStart }) => coldStart).filter(Boolean)).toHaveLength(1);
      expect(JSON.parse((await server.invoke('')).body.toString()).most).toBe(most);
    }
  });

  test('a request whose function crashes gets 502, and the next request starts the function again', async () => {
    const { url, call } = await trigger();
    expect((await fetch(`${url}/crash`)).status).toBe(502);
    expect(await call('/again')).toMatchObject({ ok: true, coldStart: true });
  });

  test('a server that is stuck is replaced after the timeout, and goes on', async () => {
    const { call } = await trigger({ timeout: 0.5 });
    expect((await call('/busy')).error?.errorMessage).toBe('Function timed out after 0.5 seconds');
    expect(await call('/path')).toMatchObject({ ok: true, coldStart: true });
  });

  test('a request that exceeds the timeout gets 502', async () => {
    expect(await (await trigger({ timeout: 0.3 })).call('/hang')).toMatchObject({
      ok: false,
      error: { errorMessage: 'Function timed out after 0.3 seconds' },
    });
  });

  test('a client that disconnects is no failure, and no longer counts for the concurrency', async () => {
    const { url, call } = await trigger();
    const client = new AbortController();
    await fetch(`${url}/endless`, { signal: client.signal });
    client.abort();
    expect((await call('/next')).ok).toBe(true);
  });

  test('the function notices that a client disconnects before preStop, which runs when no request is pending', async () => {
    const { url, server } = await trigger({ freeze: true });
    const client = new AbortController();
    await fetch(`${url}/endless`, { signal: client.signal });
    client.abort();
    await server.preStop();
    await server.stop();
    expect(server.logs).toEqual(['client disconnected', 'preStop 1-']);
  });

  test.each(['/slow', '/hang'])(
    'a client that disconnects before the response to %s is no failure, and leaves no request pending',
    async (path) => {
      const { url, call, server } = await trigger({ freeze: true });
      await call('/warm');
      await expect(fetch(url + path, { signal: AbortSignal.timeout(20) })).rejects.toThrow('aborted');
      await server.preStop();
      expect((await call('/next')).ok).toBe(true);
    },
  );

  test('a response that is cut off is cut off for the client as well, and is a failure', async () => {
    const { url, call } = await trigger();
    const response = await fetch(`${url}/broken`);
    await expect(response.text()).rejects.toThrow();
    await expect(call('/broken')).rejects.toThrow();
    expect((await call('/next')).ok).toBe(true);
  });
});

test('FC’s spans continue the trace of the client, and the function receives the context of FC’s span', async () => {
  const collector = await startCollector();
  const { call, server } = await trigger({ initializer: true, tracing: { endpoint: collector.jaegerEndpoint } });
  const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
  const { body, traceId } = await call('/', {
    headers: { traceparent: `00-${parent.traceId}-${parent.spanId}-01`, baggage: 'tenant=a%20b;p=1,shop=tea' },
  });
  await call('/crash').catch(() => undefined);
  await server.delivered();
  await collector.close();
  const [trace] = buildTraces(collector.spans());
  expect(renderTrace(trace!)).toBe(
    [
      'InvokeFunction',
      '├─ ColdStart',
      '│  ├─ PrepareCode',
      '│  └─ RuntimeInitialization',
      '├─ Initializer',
      '└─ Invocation',
    ].join('\n'),
  );
  expect([traceId, trace!.roots[0]!.span.parentSpanId]).toEqual([parent.traceId, parent.spanId]);
  const invocation = trace!.spans.find(({ name }) => name === 'Invocation')!;
  const { headers } = JSON.parse(body.toString());
  expect(headers.traceparent).toBe(`00-${parent.traceId}-${invocation.spanId}-01`);
  expect(headers['x-fc-tracing-opentracing-span-context']).toBe(
    `${parent.traceId}:${invocation.spanId}:${invocation.parentSpanId}:1`,
  );
  expect(JSON.parse(Buffer.from(headers['x-fc-tracing-opentracing-span-baggages'], 'base64').toString())).toEqual({
    tenant: 'a b',
    shop: 'tea',
  });
  expect(headers['x-fc-tracing-jaeger-endpoint']).toBe(collector.jaegerEndpoint);
  expect(
    collector.spans().filter(({ attributes }) => attributes['fc.error_type'] === 'FunctionUnhandledError'),
  ).toHaveLength(1);
});

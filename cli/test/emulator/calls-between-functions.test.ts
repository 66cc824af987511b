import Client, { InvokeFunctionHeaders, InvokeFunctionRequest } from '@alicloud/fc20230330';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import { RuntimeOptions } from '@darabonba/typescript';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { startCollector } from '../../src/viewer/collector';
import { ScaledFunction, startHttpTrigger, startInvokeApi } from './built';

const codeDir = join(__dirname, 'functions');
const PARENT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const cleanups: (() => Promise<void>)[] = [];

function deploy(method: string, options: object = {}): ScaledFunction {
  const deployed = new ScaledFunction({ handler: `commonjs.${method}`, codeDir, ...options });
  cleanups.push(() => deployed.stop());
  return deployed;
}
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

describe('InvokeFunction', () => {
  async function clientOf(functions: Record<string, ScaledFunction>): Promise<Client> {
    const api = await startInvokeApi(functions);
    cleanups.push(() => api.close());
    return new Client(
      new $OpenApiUtil.Config({
        accessKeyId: 'id',
        accessKeySecret: 'secret',
        endpoint: api.endpoint,
        protocol: 'HTTP',
      }),
    );
  }
  async function invoke(
    client: Client,
    name: string,
    event: string,
    commonHeaders: Record<string, string> = {},
  ): Promise<{ body: string; headers: Record<string, string> | undefined }> {
    const response = await client.invokeFunctionWithOptions(
      name,
      new InvokeFunctionRequest({ body: Readable.from(Buffer.from(event)) }),
      new InvokeFunctionHeaders({ commonHeaders }),
      new RuntimeOptions({}),
    );
    return { body: await text(response.body!), headers: response.headers };
  }

  test('works with the official client: the event arrives, and the response comes back', async () => {
    const client = await clientOf({ count: deploy('count') });
    expect(JSON.parse((await invoke(client, 'count', '{"a":1}')).body)).toEqual({
      calls: 1,
      event: '{"a":1}',
      buffer: true,
    });
    expect(JSON.parse((await invoke(client, 'count', 'text')).body).calls).toBe(2);
  });

  test('reports a failure with x-fc-error-type', async () => {
    const { body, headers } = await invoke(await clientOf({ failing: deploy('thrown') }), 'failing', '');
    expect(headers!['x-fc-error-type']).toBe('HandledInvocationError');
    expect(JSON.parse(body)).toMatchObject({ errorType: 'RangeError' });
  });

  test('of a function that does not exist fails', async () => {
    await expect(invoke(await clientOf({}), 'nobody', '')).rejects.toMatchObject({ code: 'FunctionNotFound' });
  });

  test.each<[string, Record<string, string>]>([
    [
      'FC’s own headers',
      {
        'X-Fc-Tracing-Opentracing-Span-Context': `${PARENT.traceId}:${PARENT.spanId}:0:1`,
        'X-Fc-Tracing-Opentracing-Span-Context-Baggage-tenant': 'a%20b',
      },
    ],
    ['the W3C headers', { traceparent: `00-${PARENT.traceId}-${PARENT.spanId}-01`, baggage: 'tenant=a%20b' }],
  ])('continues the trace in %s, and passes the baggage on', async (_which, headers) => {
    const collector = await startCollector();
    cleanups.push(() => collector.close());
    const called = deploy('context', { tracing: { endpoint: collector.jaegerEndpoint, sampled: false } });
    const { body } = await invoke(await clientOf({ called }), 'called', '', headers);
    await called.delivered();
    const spans = collector.spans();
    expect(spans.find(({ name }) => name === 'InvokeFunction')).toMatchObject({
      traceId: PARENT.traceId,
      parentSpanId: PARENT.spanId,
    });
    const { tracing } = JSON.parse(body).context;
    const spanIdOf = (spanName: string): string => spans.find(({ name }) => name === spanName)!.spanId;
    expect(tracing.openTracingSpanContext).toBe(
      `${PARENT.traceId}:${spanIdOf('Invocation')}:${spanIdOf('InvokeFunction')}:1`,
    );
    expect(tracing.openTracingSpanBaggages).toEqual({ tenant: 'a b' });
  });
});

describe('an HTTP trigger of an event function', () => {
  test('converts a request to the event of FC 3.0, with FC’s span as its traceparent', async () => {
    const collector = await startCollector();
    cleanups.push(() => collector.close());
    const called = deploy('count', { tracing: { endpoint: collector.jaegerEndpoint } });
    const trigger = await startHttpTrigger(called);
    cleanups.push(() => trigger.close());
    const { body, traceId } = await trigger.call('/a%20b?x=1&x=2&y=3', {
      method: 'POST',
      body: 'text',
      headers: { 'x-fc-region': 'no', accept: 'text/plain', traceparent: `00-${PARENT.traceId}-${PARENT.spanId}-01` },
    });
    await called.delivered();
    const event = JSON.parse(JSON.parse(body.toString()).event);
    expect(event).toMatchObject({
      version: 'v1',
      rawPath: '/a%20b',
      body: 'text',
      isBase64Encoded: false,
      queryParameters: { x: '1,2', y: '3' },
      requestContext: { http: { method: 'POST', path: '/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' } },
    });
    const invocation = collector.spans().find(({ name }) => name === 'Invocation')!;
    expect(event.headers).toMatchObject({
      Accept: 'text/plain',
      Traceparent: `00-${PARENT.traceId}-${invocation.spanId}-01`,
    });
    expect(Object.keys(event.headers).filter((name) => name.startsWith('X-Fc'))).toEqual([]);
    expect(traceId).toBe(PARENT.traceId);
  });

  test('sends the response that the function describes, else all of its result as the body, and 502 after a failure', async () => {
    for (const [method, status, expected] of [
      ['twice', 200, 'first'],
      ['thrown', 502, '"errorType":"RangeError"'],
      ['described', 418, 'short'],
    ] as const) {
      const trigger = await startHttpTrigger(deploy(method));
      cleanups.push(() => trigger.close());
      const response = await fetch(`${trigger.url}/`);
      expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(expected)]);
    }
  });
});

test('a function has as many instances as concurrent invocations', async () => {
  const scaled = deploy('count');
  await scaled.invoke('');
  const results = await Promise.all([scaled.invoke(''), scaled.invoke(''), scaled.invoke('')]);
  expect(results.map(({ coldStart }) => coldStart)).toEqual([false, true, true]);
  await scaled.invoke('');
  expect(scaled.instances).toBe(3);
});

import path from 'node:path';
import type { SpanRecord } from '../../src/tree/span-record';
import { buildTraces } from '../../src/tree/span-tree';
import { renderTrace } from '../../src/tree/render-tree';
import { findJaeger, howToGetJaeger, jaegerRequired } from './jaeger-binary';
import { comparable, recordsOf } from './jaeger-records';
import { startJaeger, type JaegerServer } from './jaeger-server';
import { startTee, type Tee } from './tee';

const { startInstance } = require('../../dist/emulator/start-instance.js') as typeof import('../../src/emulator/start-instance');

const binary = findJaeger();
if (binary === undefined && !jaegerRequired) console.log(`skipped: ${howToGetJaeger}`);

const ORDER = { id: 'A-1001', sku: 'teapot', quantity: 2 };
const HANDED_ON = '4bf92f3577b34da6a3ce929d0e0e4736';

(binary === undefined && !jaegerRequired ? describe.skip : describe).each(['jaeger', 'otlp'] as const)('orders in a real Jaeger, sent by the %s exporter', (exporter) => {
  let jaeger: JaegerServer | undefined;
  let tee: Tee;
  let instance: ReturnType<typeof startInstance>;

  beforeAll(async () => {
    if (binary === undefined) throw new Error(howToGetJaeger);
    jaeger = await startJaeger(binary);
    tee = await startTee(jaeger);
    instance = startInstance({
      handler: 'handler.handler', initializer: 'handler.initialize', codeDir: path.join(__dirname, '../../dist/samples/orders'), functionName: 'orders', timeout: 20,
      tracing: { endpoint: exporter === 'jaeger' ? tee.thriftEndpoint : tee.otlpEndpoint },
    });
  });
  afterAll(async () => {
    await instance?.stop();
    await tee?.stop();
    await jaeger?.stop();
  });

  /** What Jaeger shows of a trace, once it shows as many spans as were sent. */
  async function shown(traceId: string | undefined): Promise<SpanRecord[]> {
    await instance.delivered();
    const count = tee.sent.filter((span) => span.traceId === traceId).length;
    expect(count).toBeGreaterThan(0);
    return recordsOf(await jaeger!.readTrace(traceId!, count));
  }

  function tree(spans: readonly SpanRecord[]): string {
    const [only, ...others] = buildTraces(spans);
    expect(others).toEqual([]);
    return renderTrace(only!, { attributes: ['order.sku', 'order.quantity', 'order.shelf', 'faas.coldstart'] });
  }

  test('a cold call gives one tree below the spans of Function Compute, with its attributes', async () => {
    const { traceId, body } = await instance.invoke(ORDER);
    expect(JSON.parse(body.toString())).toEqual({ order: 'A-1001', parcel: 'parcel-A-1001' });
    expect(tree(await shown(traceId))).toMatchInlineSnapshot();
  });

  test('a failing call is marked as an error where it failed, with the exception told once', async () => {
    const { traceId, ok } = await instance.invoke({ ...ORDER, quantity: 500 });
    expect(ok).toBe(false);
    const spans = await shown(traceId);
    expect(tree(spans)).toMatchInlineSnapshot();
    expect(spans.flatMap((span) => span.events.map((event) => [span.name, event.name, event.attributes['exception.type'], event.attributes['exception.message']])))
      .toEqual([['Stock.reserve', 'exception', 'OutOfStock', '500 of teapot were ordered, 10 are left']]);
  });

  test('ids, parents, kinds, times, attributes, events, status and resource are what the exporter sent', async () => {
    for (const order of [ORDER, { ...ORDER, quantity: 500 }]) {
      const { traceId } = await instance.invoke(order);
      const spans = await shown(traceId);
      expect(spans.length).toBeGreaterThan(2);
      expect(comparable(spans)).toEqual(comparable(tee.sent.filter((span) => span.traceId === traceId)));
    }
    expect(new Set(tee.statuses)).toEqual(new Set([exporter === 'jaeger' ? 202 : 200]));
  });

  test('the resource names the service and the function', async () => {
    const { traceId } = await instance.invoke(ORDER);
    const spans = (await shown(traceId)).filter((span) => span.name === 'ship');
    // Thrift has no place for them but the spans' tags and the process's name.
    expect(spans.map((span) => ({ ...span.attributes, ...span.resource }))).toEqual([expect.objectContaining({
      'service.name': 'orders', 'faas.name': 'orders', 'cloud.provider': 'alibaba_cloud', 'cloud.platform': 'alibaba_cloud_fc', 'cloud.region': 'cn-hangzhou', 'cloud.account.id': '1234567890123456',
    })]);
  });

  test('a request with a traceparent of another trace continues that one and links the trace of Function Compute', async () => {
    const event = {
      version: 'v1', rawPath: '/orders', headers: { Traceparent: `00-${HANDED_ON}-00f067aa0ba902b7-01` }, queryParameters: {}, body: '', isBase64Encoded: false,
      requestContext: { requestId: '1-1-1-1', http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1' } }, ...ORDER,
    };
    const { traceId } = await instance.invoke(event);
    const spans = await shown(HANDED_ON);
    const [top, ...others] = spans.filter((span) => span.kind === 'server');
    expect(others).toEqual([]);
    expect(top?.parentSpanId).toBe('00f067aa0ba902b7');
    expect(top?.links).toEqual([{ traceId, spanId: expect.stringMatching(/^[0-9a-f]{16}$/), attributes: {} }]);
    const ofPlatform = await shown(traceId);
    expect(ofPlatform.map((span) => span.spanId)).toContain(top?.links[0]?.spanId);
  });
});

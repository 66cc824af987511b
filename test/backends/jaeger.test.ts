import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildTraces, renderTrace } from '../../src/testing/trace-tree';
import type { SpanRecord } from '../../src/testing/trace-tree';
import { findJaeger, jaegerInstructions, jaegerRequired } from './jaeger-binary';
import { comparable, recordsOf } from './jaeger-records';
import { startJaeger, type JaegerServer, type JaegerSpan } from './jaeger-server';
import { startTee, type Tee } from './tee';

interface OrderResult {
  readonly ok: boolean;
  readonly traceId: string;
  readonly body: unknown;
}

const binary = findJaeger();
const skipped = binary === undefined && !jaegerRequired;
if (skipped) console.log(`skipped: ${jaegerInstructions}`);

const CALLER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const ORDER = { id: 'A-1001', sku: 'teapot', quantity: 2 };
const TOO_MUCH = { ...ORDER, quantity: 500 };
const HTTP = {
  version: 'v1',
  rawPath: '/orders',
  headers: { Traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` },
  queryParameters: {},
  body: '',
  isBase64Encoded: false,
  requestContext: { requestId: '1-1-1-1', http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1' } },
  ...ORDER,
};

const COLD = [
  'InvokeFunction  faas.coldstart=true',
  '├─ ColdStart',
  '│  ├─ PrepareCode',
  '│  └─ RuntimeInitialization',
  '├─ cold start  faas.coldstart=true',
  '│  ├─ start process',
  '│  ├─ load modules',
  '│  └─ initialize',
  '│     ├─ build container',
  '│     └─ load tracing',
  '├─ Initializer',
  '└─ Invocation',
  '   └─ orders  faas.coldstart=true',
  '      ├─ Stock.reserve  order.sku="teapot"  order.quantity=2',
  '      └─ ship',
  '         └─ print label  order.shelf="shelf-6"',
];
const FAILING = [
  'InvokeFunction  faas.coldstart=false',
  '└─ Invocation',
  '   └─ orders  ERROR "500 of teapot were ordered, 10 are left"  faas.coldstart=false',
  '      └─ Stock.reserve  ERROR "500 of teapot were ordered, 10 are left"  order.sku="teapot"  order.quantity=500',
];

(skipped ? describe.skip : describe).each(['jaeger', 'otlp'] as const)(
  'orders in a real Jaeger, sent by the %s exporter',
  (exporter) => {
    let jaeger: JaegerServer | undefined;
    let tee: Tee | undefined;
    let cold: OrderResult, failing: OrderResult, http: OrderResult;

    beforeAll(async () => {
      if (binary === undefined) throw new Error(jaegerInstructions);
      jaeger = await startJaeger(binary);
      tee = await startTee(jaeger);
      const endpoint = exporter === 'jaeger' ? tee.thriftEndpoint : tee.otlpEndpoint;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [path.join(__dirname, 'invoke-orders.cjs'), endpoint, JSON.stringify([ORDER, TOO_MUCH, HTTP])],
        { timeout: 25_000 },
      );
      [cold, failing, http] = JSON.parse(stdout) as [OrderResult, OrderResult, OrderResult];
    });
    afterAll(async () => {
      await tee?.stop();
      await jaeger?.stop();
    });

    function sentSpans(traceId: string): SpanRecord[] {
      return tee!.sent.filter((span) => span.traceId === traceId);
    }

    /** Reads a trace from Jaeger once it has all spans that were sent. */
    async function storedSpans(traceId: string): Promise<SpanRecord[]> {
      const count = sentSpans(traceId).length;
      expect(count).toBeGreaterThan(0);
      return recordsOf(await jaeger!.readTrace(traceId, count));
    }

    function tree(spans: readonly SpanRecord[]): string {
      const [only, ...others] = buildTraces(spans);
      expect(others).toEqual([]);
      return renderTrace(only!, { attributes: ['order.sku', 'order.quantity', 'order.shelf', 'faas.coldstart'] });
    }

    test('a cold call is one tree below the spans of Function Compute, with its attributes', async () => {
      expect(cold.body).toEqual({ order: 'A-1001', parcel: 'parcel-A-1001' });
      expect(tree(await storedSpans(cold.traceId))).toBe(COLD.join('\n'));
    });

    test('Jaeger finds nothing wrong with the times of a cold call: each span is within its parent', async () => {
      const { spans } = await jaeger!.readTrace(cold.traceId, sentSpans(cold.traceId).length);
      expect(spans.flatMap(({ warnings }) => warnings ?? [])).toEqual([]);
      const parentOf = ({ references }: JaegerSpan): JaegerSpan | undefined =>
        spans.find(({ spanID }) => spanID === references[0]?.spanID);
      const endOf = ({ startTime, duration }: JaegerSpan): number => startTime + duration;
      // Microseconds, as the backend has them.
      const outside = spans.filter((span) => {
        const parent = parentOf(span);
        return parent && (span.startTime < parent.startTime - 2 || endOf(span) > endOf(parent) + 2);
      });
      expect(outside.map(({ operationName }) => operationName)).toEqual([]);
    });

    test('a failing call has the status ERROR where it failed, with one exception event', async () => {
      expect(failing.ok).toBe(false);
      const spans = await storedSpans(failing.traceId);
      expect(tree(spans)).toBe(FAILING.join('\n'));
      expect(
        spans.flatMap((span) =>
          span.events.map((event) => [
            span.name,
            event.name,
            event.attributes['exception.type'],
            event.attributes['exception.message'],
          ]),
        ),
      ).toEqual([['Stock.reserve', 'exception', 'OutOfStock', '500 of teapot were ordered, 10 are left']]);
    });

    test('ids, parents, kinds, times, attributes, events, links, status and resource are stored as sent', async () => {
      for (const traceId of [cold.traceId, failing.traceId, http.traceId, CALLER.traceId]) {
        expect(comparable(await storedSpans(traceId))).toEqual(comparable(sentSpans(traceId)));
      }
      expect(tee!.statuses.every((status) => status === (exporter === 'jaeger' ? 202 : 200))).toBe(true);
    });

    test('the spans have the attributes of the service and the function', async () => {
      const spans = (await storedSpans(cold.traceId)).filter((span) => span.name === 'ship');
      // In thrift, most of these are tags of the spans.
      expect(
        spans.map((span) => (exporter === 'jaeger' ? { ...span.attributes, ...span.resource } : span.resource)),
      ).toEqual([
        expect.objectContaining({
          'service.name': 'orders',
          'faas.name': 'orders',
          'cloud.provider': 'alibaba_cloud',
          'cloud.platform': 'alibaba_cloud_fc',
          'cloud.region': 'cn-hangzhou',
          'cloud.account.id': '1234567890123456',
        }),
      ]);
    });

    test('a request with a traceparent of another trace continues that one, and links to Function Compute’s', async () => {
      const spans = await storedSpans(CALLER.traceId);
      const servers = spans.filter((span) => span.kind === 'server');
      const platform = (await storedSpans(http.traceId)).find((span) => span.name === 'Invocation');
      expect(servers).toHaveLength(1);
      expect(servers[0]?.parentSpanId).toBe(CALLER.spanId);
      expect(servers[0]?.links).toEqual([{ traceId: http.traceId, spanId: platform?.spanId, attributes: {} }]);
      expect(spans.map((span) => span.name).sort()).toEqual(['Stock.reserve', 'orders', 'print label', 'ship']);
    });
  },
);

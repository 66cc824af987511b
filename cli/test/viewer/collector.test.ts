import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { buildTraces, renderTrace } from '../../../src/testing/trace-tree';
import type { SpanRecord } from '../../../src/testing/trace-tree';
import { startCollector } from '../../src/viewer/collector';
import type { Collector } from '../../src/viewer/collector';

const START = 1_760_000_000_000;

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterEach(() => collector.clear());
afterAll(() => collector.close());

/** Sends two spans, with one of everything that a span can have, with the real SDK and the real exporter. */
async function sendBy(
  protocol: 'jaeger' | 'otlp',
  path: string,
): Promise<{ root: string; child: string; traceId: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(__dirname, 'send-spans.cjs'),
    protocol,
    collector.url + path,
  ]);
  return JSON.parse(stdout) as { root: string; child: string; traceId: string };
}

test.each([
  ['jaeger', '/api/traces'],
  ['jaeger', '/adapt_a@b_c/api/traces'],
  ['otlp', '/v1/traces'],
  ['otlp', '/api/otlp/traces'],
  ['otlp', '/adapt_a@b_c/api/otlp/traces'],
] as const)('a trace that the real %s exporter sends to %s is read completely', async (protocol, path) => {
  const sent = await sendBy(protocol, path);
  const spans = await collector.waitFor((all) => all.length === 2);
  const byName = (name: string): SpanRecord => spans.find((span) => span.name === name)!;

  expect(byName('root')).toMatchObject({
    traceId: sent.traceId,
    spanId: sent.root,
    kind: 'server',
    startNanos: BigInt(START) * 1_000_000n,
    endNanos: BigInt(START + 5) * 1_000_000n,
    status: { code: 'UNSET' },
    events: [],
    links: [{ traceId: '0123456789abcdef0123456789abcdef', spanId: 'fedcba9876543210' }],
    resource: { 'service.name': 'shop' },
  });
  expect(byName('root').parentSpanId).toBeUndefined();
  expect(byName('child')).toMatchObject({
    traceId: sent.traceId,
    spanId: sent.child,
    parentSpanId: sent.root,
    kind: 'internal',
    status: { code: 'ERROR', message: 'boom' },
    attributes: { text: 'teapot', number: 2.5, flag: true },
    events: [
      { name: 'exception', timeNanos: BigInt(START + 2) * 1_000_000n, attributes: { 'exception.message': 'boom' } },
    ],
    links: [],
  });
  expect(collector.requests[protocol]).toBeGreaterThan(0);
  expect(collector.requests.rejected).toBe(0);
});

test('both protocols result in the same tree', async () => {
  const trees: string[] = [];
  for (const [protocol, path] of [
    ['jaeger', '/api/traces'],
    ['otlp', '/v1/traces'],
  ] as const) {
    collector.clear();
    await sendBy(protocol, path);
    await collector.waitFor((all) => all.length === 2);
    trees.push(
      buildTraces(collector.spans())
        .map((one) => renderTrace(one, { attributes: ['text', 'number', 'flag'] }))
        .join('\n'),
    );
  }
  expect(trees[0]).toBe('root\n└─ child  ERROR "boom"  text="teapot"  number=2.5  flag=true');
  expect(trees[1]).toBe(trees[0]);
});

const JSON_SPAN = {
  traceId: 'AB'.repeat(16),
  spanId: '12'.repeat(8),
  name: 'by hand',
  kind: 'SPAN_KIND_CLIENT',
  startTimeUnixNano: '1760000000000000001',
  endTimeUnixNano: '1760000000000000003',
  attributes: [
    { key: 'count', value: { intValue: '7' } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: false }] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'x', value: { doubleValue: 1.5 } }] } } },
  ],
  status: { code: 2 },
};
const JSON_BODY = JSON.stringify({
  resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [JSON_SPAN] }] }],
});

function post(
  path: string,
  type: string,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(collector.url + path, { method: 'POST', headers: { 'content-type': type, ...headers }, body });
}

test.each([
  ['plain', JSON_BODY, {}],
  ['gzipped', new Uint8Array(gzipSync(JSON_BODY)), { 'content-encoding': 'gzip' }],
])('OTLP JSON, %s, is read with nanosecond precision', async (_form, body, headers: Record<string, string>) => {
  const response = await post('/v1/traces', 'application/json', body, headers);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({});
  expect(collector.spans()).toEqual([
    {
      traceId: 'ab'.repeat(16),
      spanId: '12'.repeat(8),
      name: 'by hand',
      kind: 'client',
      startNanos: 1760000000000000001n,
      endNanos: 1760000000000000003n,
      status: { code: 'ERROR' },
      attributes: { count: 7, list: ['a', false], map: { x: 1.5 } },
      events: [],
      links: [],
      resource: {},
    },
  ]);
});

const THRIFT = 'application/x-thrift';
const PROTOBUF = 'application/x-protobuf';

test.each<[string, string, string, Uint8Array<ArrayBuffer> | string, Record<string, string>]>([
  ['text as thrift', '/api/traces', THRIFT, 'this is not thrift', {}],
  ['an empty body as thrift', '/api/traces', THRIFT, '', {}],
  [
    'a list of two billion spans as thrift',
    '/api/traces',
    THRIFT,
    new Uint8Array([15, 0, 2, 12, 127, 255, 255, 255]),
    {},
  ],
  ['text as protobuf', '/v1/traces', PROTOBUF, 'this is not protobuf', {}],
  ['a span without ids as protobuf', '/v1/traces', PROTOBUF, new Uint8Array([10, 4, 18, 2, 18, 0]), {}],
  ['broken JSON', '/v1/traces', 'application/json', '{"resourceSpans":', {}],
  ['JSON that is not a request', '/v1/traces', 'application/json', '[]', {}],
  ['ids of the wrong length', '/v1/traces', 'application/json', JSON_BODY.replace('AB', ''), {}],
  ['times that are not numbers', '/v1/traces', 'application/json', JSON_BODY.replace('1760000000000000001', 'now'), {}],
  [
    'a body that is not gzip although its header says so',
    '/v1/traces',
    'application/json',
    JSON_BODY,
    { 'content-encoding': 'gzip' },
  ],
])('%s gets 400 and is counted, and the collector continues', async (_what, path, type, body, headers) => {
  expect((await post(path, type, body, headers)).status).toBe(400);
  expect(collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 1 });
  expect(collector.spans()).toEqual([]);
  expect((await post('/v1/traces', 'application/json', JSON_BODY)).status).toBe(200);
});

test('a thousand random bodies leave the collector running', async () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 2147483647);
  for (let round = 0; round < 500; round += 1) {
    const bytes = Uint8Array.from({ length: random() % 200 }, () => random() % 256);
    await post('/api/traces', THRIFT, bytes);
    await post('/v1/traces', PROTOBUF, bytes);
  }
  const { jaeger, otlp, rejected } = collector.requests;
  expect(jaeger + otlp + rejected).toBe(1000);
  expect((await post('/v1/traces', 'application/json', JSON_BODY)).status).toBe(200);
});

test('a path that accepts no traces gets 404', async () => {
  const response = await post('/v1/metrics', PROTOBUF, '');
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('/api/traces');
});

test('waitFor rejects after its timeout, with the names of the spans that arrived', async () => {
  await post('/v1/traces', 'application/json', JSON_BODY);
  await expect(collector.waitFor((spans) => spans.length === 2, 30)).rejects.toThrow(
    'did not arrive within 30 ms; arrived: by hand',
  );
});

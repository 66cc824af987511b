import { callMap } from '../../../src/viewer/model/call-map';
import { durationHistogram } from '../../../src/viewer/model/duration-histogram';
import { deltaText, durationText } from '../../../src/viewer/model/duration-text';
import { layoutMap } from '../../../src/viewer/model/map-layout';
import { mcpSessions } from '../../../src/viewer/model/mcp';
import { nextIn, visibleRows } from '../../../src/viewer/model/rows';
import type { ViewerSpan } from '../../../src/viewer/model/span';
import { ticksOf, zoomed } from '../../../src/viewer/model/time-axis';
import { diffTraces } from '../../../src/viewer/model/trace-diff';
import { buildTrace } from '../../../src/viewer/model/trace-model';
import { span, spanIdOf } from '../spans';

const START = 1_760_000_000_000_000_000n;
const at = (
  id: number,
  parent: number | undefined,
  name: string,
  fields: Partial<ViewerSpan> = {},
  ms = 1,
): ViewerSpan =>
  span({
    spanId: spanIdOf(id),
    ...(parent === undefined ? {} : { parentSpanId: spanIdOf(parent) }),
    name,
    startNanos: START + BigInt(id) * 1000n,
    endNanos: START + BigInt(ms * 1e6),
    ...fields,
  });
const service = (name: string): Partial<ViewerSpan> => ({ resource: { 'service.name': name } });

test('collapsed spans hide what is below them, and a search hides what does not match', () => {
  const trace = buildTrace({ spans: [at(1, undefined, 'a'), at(2, 1, 'b'), at(3, 2, 'c'), at(4, 1, 'd')] });
  const [a, b, c, d] = trace.nodes;
  const names = (collapsed: unknown[], only?: unknown[]) =>
    visibleRows(trace, { collapsed: new Set(collapsed) as never, only: only && (new Set(only) as never) }).map(
      (n) => n.span.name,
    );
  expect(names([])).toEqual(['a', 'b', 'c', 'd']);
  expect(names([b])).toEqual(['a', 'b', 'd']);
  expect(names([b], [c])).toEqual(['a', 'b', 'c']);
  expect(nextIn(trace.nodes, new Set([b!, d!]), d, 1)).toBe(b);
  expect(nextIn(trace.nodes, new Set([b!, d!]), undefined, -1)).toBe(d);
  expect(nextIn(trace.nodes, new Set([a!]), a, 1)).toBe(a);
  expect(nextIn(trace.nodes, new Set(), a, 1)).toBeUndefined();
});

test('two traces are compared span by span, with those that only one has', () => {
  const cold = buildTrace({
    spans: [at(1, undefined, 'call', {}, 9), at(2, 1, 'cold start', {}, 5), at(3, 1, 'get'), at(4, 1, 'get')],
  });
  const warm = buildTrace({ spans: [at(1, undefined, 'call', {}, 4), at(3, 1, 'get'), at(5, 1, 'put')] });
  expect(
    diffTraces(cold, warm).map(({ depth, name, before, after, deltaNanos }) => [
      depth,
      name,
      !!before,
      !!after,
      Math.round(deltaNanos / 1e6),
    ]),
  ).toEqual([
    [0, 'call', true, true, -5],
    [1, 'cold start', true, false, -5],
    [1, 'get', true, true, 0],
    [1, 'get', true, false, -1],
    [1, 'put', false, true, 1],
  ]);
});

test('the map has services, what they call without spans of its own, and the calls between them', () => {
  const trace = buildTrace({
    spans: [
      at(1, undefined, 'InvokeFunction', service('fc.platform')),
      at(2, 1, 'orders', { ...service('orders'), kind: 'server' }),
      at(3, 2, 'SELECT', {
        ...service('orders'),
        kind: 'client',
        attributes: { 'db.system.name': 'mysql', 'db.namespace': 'shop' },
      }),
      at(4, 2, 'POST', { ...service('orders'), kind: 'client', attributes: { 'server.address': 'stock' } }),
      at(5, 4, 'reserve', { ...service('stock'), kind: 'server', status: { code: 'ERROR' } }),
      at(6, 2, 'GET', { ...service('orders'), kind: 'client', attributes: { 'server.address': 'pay.example' } }),
    ],
  });
  const map = callMap(trace);
  expect(map.nodes.map(({ label }) => label)).toEqual([
    'Function Compute',
    'orders',
    'mysql shop',
    'stock',
    'pay.example',
  ]);
  expect(map.edges.map(({ from, to, calls, errors }) => `${from} > ${to} ${calls} ${errors}`)).toEqual([
    'platform > service orders 1 0',
    'service orders > database mysql shop 1 0',
    'service orders > service stock 1 1',
    'service orders > external pay.example 1 0',
  ]);
  expect(layoutMap(map).map(({ column }) => column)).toEqual([0, 1, 2, 2, 2]);
});

test('a function that calls another one through Function Compute calls it directly on the map', () => {
  const trace = buildTrace({
    spans: [
      at(1, undefined, 'InvokeFunction', service('fc.platform')),
      at(2, 1, 'orders', { ...service('orders'), kind: 'server' }),
      at(3, 2, 'InvokeFunction', service('fc.platform')),
      at(4, 3, 'Invocation', service('fc.platform')),
      at(5, 4, 'stock', { ...service('stock'), kind: 'server' }),
    ],
  });
  expect(callMap(trace).edges.map(({ from, to }) => `${from} > ${to}`)).toEqual([
    'platform > service orders',
    'service orders > service stock',
  ]);
});

test('a map with a cycle has a layout', () => {
  const trace = buildTrace({
    spans: [at(1, undefined, 'a', service('a')), at(2, 1, 'b', service('b')), at(3, 2, 'a', service('a'))],
  });
  expect(layoutMap(callMap(trace))).toHaveLength(2);
});

test('MCP messages of client and server are one line of their session', () => {
  const mcp = (kind: 'client' | 'server', attributes: Record<string, unknown>): Partial<ViewerSpan> => ({
    kind,
    attributes,
  });
  const call = { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'forecast' };
  const trace = buildTrace({
    spans: [
      at(
        1,
        undefined,
        'initialize',
        mcp('client', { 'mcp.method.name': 'initialize', 'mcp.session.id': 's', 'mcp.protocol.version': '2025-11-25' }),
      ),
      at(2, undefined, 'tools/call', mcp('client', { ...call, 'mcp.session.id': 's' })),
      at(3, 2, 'tools/call', {
        ...mcp('server', { ...call, 'gen_ai.tool.call.arguments': '{"city":"Hangzhou"}' }),
        status: { code: 'ERROR', message: 'no' },
      }),
    ],
  });
  const [session] = mcpSessions(trace);
  expect(session).toMatchObject({ id: 's', protocolVersion: '2025-11-25' });
  expect(session?.messages).toMatchObject([
    { method: 'initialize', error: undefined },
    { method: 'tools/call', target: 'forecast', error: 'no', toolArguments: '{"city":"Hangzhou"}' },
  ]);
});

test('the histogram counts each duration once', () => {
  const bars = durationHistogram(
    [0, 1, 5e6, 6e6, 7e9].map((durationNanos) => ({ durationNanos, errors: durationNanos > 6e9 ? 1 : 0 })),
  );
  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  expect(bars.at(-1)).toMatchObject({ count: 1, errors: 1 });
  for (const nanos of [5e6, 7e9]) expect(bars.filter(({ from, to }) => from <= nanos && nanos < to)).toHaveLength(1);
});

test.each([
  [0, '0 ms'],
  [1, '1 ns'],
  [999.6, '1 µs'],
  [1500, '1.5 µs'],
  [1_234_567, '1.23 ms'],
  [99_960_000, '100 ms'],
  [59.4e9, '59.4 s'],
  [125e9, '2 min 5 s'],
  [120e9, '2 min'],
  [-5e6, '−5 ms'],
])('%d ns is %s', (nanos, text) => expect(durationText(nanos)).toBe(text));

test('a difference has a sign', () =>
  expect([deltaText(1e6), deltaText(-1e6), deltaText(0)]).toEqual(['+1 ms', '−1 ms', '0 ms']));

test('ticks are round, and a zoom stays within the trace', () => {
  expect(ticksOf({ start: 0, end: 10 }, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticksOf({ start: 3, end: 3 }, 5)).toEqual([]);
  expect(zoomed({ start: 0, end: 100 }, 0.5, 0, 100)).toEqual({ start: 0, end: 50 });
  expect(zoomed({ start: 50, end: 100 }, 4, 100, 100)).toEqual({ start: 0, end: 100 });
});

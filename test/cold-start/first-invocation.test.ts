import type { SpanRecord } from '../../src/testing/trace-tree';
import { COLD_ROOT, inColdProcess, WARM_ROOT } from './first-call';

test('without a caller, the cold start is a root of its own in the trace of the invocation, before it', async () => {
  expect(
    await inColdProcess(`
    const { handler } = create();
    await invoke(handler);
    await invoke(handler);
    report(trees());
  `),
  ).toEqual([COLD_ROOT, WARM_ROOT]);
});

test('with a caller whose parent is not known, the cold start and the invocation span are both its children', async () => {
  const result = await inColdProcess<{ parents: Record<string, string>; traceIds: string[] }>(`
    await invoke(create().handler, {}, sampledAs(1));
    report({ parents: Object.fromEntries(spans.map(({ name, parentSpanId }) => [name, parentSpanId])), traceIds: [...new Set(spans.map(({ traceId }) => traceId))] });
  `);
  expect(result.traceIds).toEqual(['0000000000000000124ed43254b54966']);
  expect(result.parents).toMatchObject({ shop: 'aaaaaaaaaaaaaaaa', 'cold start': 'aaaaaaaaaaaaaaaa' });
});

test.each<[string, string, { parent?: string }, string]>([
  ['FC’s span names its parent', "sampledAs(1, 'bbbbbbbbbbbbbbbb')", {}, 'bbbbbbbbbbbbbbbb'],
  ['FC’s span names its parent without leading zeros', "sampledAs(1, 'BB')", {}, '00000000000000bb'],
  ['FC’s span is a root', "sampledAs(1, '0000000000000000')", {}, 'aaaaaaaaaaaaaaaa'],
  ['FC’s span is a root, without an id', "sampledAs(1, '')", {}, 'aaaaaaaaaaaaaaaa'],
  [
    'the request has the trace context of a caller in the same trace',
    "sampledAs(1, 'bbbbbbbbbbbbbbbb')",
    { parent: '00-0000000000000000124ed43254b54966-cccccccccccccccc-01' },
    'bbbbbbbbbbbbbbbb',
  ],
  [
    'the request has the trace context of a caller in another trace',
    "sampledAs(1, 'bbbbbbbbbbbbbbbb')",
    { parent: '00-11111111111111111111111111111111-cccccccccccccccc-01' },
    'cccccccccccccccc',
  ],
])('%s: the parent of the cold start', async (_what, context, options, expected) => {
  const { cold, shop } = await inColdProcess<{ cold: SpanRecord; shop: SpanRecord }>(`
    const { initialize, handler } = create(${JSON.stringify(options)});
    await initialize(${context});
    await invoke(handler, {}, ${context});
    const plain = (name) => JSON.parse(JSON.stringify(spans.find((span) => span.name === name), (key, value) => typeof value === 'bigint' ? String(value) : value));
    report({ cold: plain('cold start'), shop: plain('shop') });
  `);
  expect(cold.parentSpanId).toBe(expected);
  expect(cold.traceId).toBe(shop.traceId);
  expect(shop.parentSpanId).toBe(options.parent === undefined ? 'aaaaaaaaaaaaaaaa' : 'cccccccccccccccc');
});

test.each([
  ['without a caller', 'fakeFcContext()', '{}'],
  ['with FC’s spans', "sampledAs(1, 'bbbbbbbbbbbbbbbb')", '{}'],
  ['without a caller, kept', 'fakeFcContext()', '{ sampleRatio: 0, keep: { coldStart: true } }'],
])('%s, each span of a cold call is within its parent', async (_what, context, options) => {
  const outside = await inColdProcess<unknown[]>(`
    const { initialize, handler } = create(${options});
    await initialize(${context});
    await invoke(handler, {}, ${context});
    const parentOf = (child) => spans.find(({ spanId }) => spanId === child.parentSpanId);
    report([spans.length, ...spans.filter((span) => {
      const parent = parentOf(span);
      return parent !== undefined && (span.startNanos < parent.startNanos || span.endNanos > parent.endNanos);
    }).map(({ name }) => name)]);
  `);
  expect(outside).toEqual([8]);
});

test('after a first call that is not sampled, the second one has no cold start', async () => {
  expect(
    await inColdProcess(`
    const { handler } = create();
    await invoke(handler, {}, sampledAs(0));
    await invoke(handler);
    report(trees());
  `),
  ).toEqual([WARM_ROOT]);
});

test('of concurrent first calls, one has the cold start', async () => {
  const trees = await inColdProcess<string[]>(`
    const { handler } = create();
    await Promise.all([invoke(handler), invoke(handler), invoke(handler)]);
    report(trees());
  `);
  expect(trees.sort()).toEqual([WARM_ROOT, WARM_ROOT, COLD_ROOT].sort());
});

test('the first call of a second function in the process has no cold start', async () => {
  expect(
    await inColdProcess(`
    const first = create(), second = create();
    await first.initialize(fakeFcContext());
    await second.initialize(fakeFcContext());
    await invoke(first.handler);
    await invoke(second.handler);
    report(trees().map((tree) => tree.includes('cold start')));
  `),
  ).toEqual([true, false]);
});

test('coldStartSpans: false omits the spans and nothing else', async () => {
  expect(
    await inColdProcess(`
    const { handler } = create({ coldStartSpans: false });
    await invoke(handler);
    report(trees());
  `),
  ).toEqual([['shop  faas.coldstart=true', '└─ Shop.take'].join('\n')]);
});

test('recordTraces does not record the cold start', async () => {
  expect(
    await inColdProcess(`
    const traces = recordTraces();
    await invoke(create().handler);
    report(traces.spans().map(({ name }) => name));
    traces.stop();
  `),
  ).toEqual(['Shop.take', 'shop']);
});

test('on the application’s provider, the cold start has no span "load tracing", and without a caller it is a linked trace', async () => {
  expect(
    await inColdProcess(`
    const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
    require('@opentelemetry/api').trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
    const { initialize, handler } = create({ spanProcessors: [] });
    await initialize(fakeFcContext());
    await invoke(handler);
    const [shop, coldStart] = ['shop', 'cold start'].map((name) => spans.find((span) => span.name === name));
    const links = coldStart.links.map(({ traceId, spanId }) => traceId === shop.traceId && spanId === shop.spanId);
    report([...trees(), links]);
  `),
  ).toEqual([
    ['shop  faas.coldstart=true', '└─ Shop.take'].join('\n'),
    [
      'cold start  faas.coldstart=true',
      '├─ start process',
      '├─ load modules',
      '└─ initialize',
      '   └─ build container',
    ].join('\n'),
    [true],
  ]);
});

test('a provider that throws for the spans of a cold start fails no call, and the errors are counted', async () => {
  expect(
    await inColdProcess(`
    const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
    const provider = new BasicTracerProvider({ spanProcessors: [processor] });
    const refusing = (tracer) => ({ startSpan: (name, ...rest) => { if (name === 'cold start' || name === 'build container') throw new Error('refused'); return tracer.startSpan(name, ...rest); } });
    require('@opentelemetry/api').trace.setGlobalTracerProvider({ getTracer: (...args) => refusing(provider.getTracer(...args)) });
    const { handler } = create({ spanProcessors: [] });
    const answers = [await invoke(handler), await invoke(handler)];
    report([...answers, ...spans.map(({ attributes }) => attributes['fc_traced.telemetry_errors']).filter((count) => count !== undefined)]);
  `),
  ).toEqual(['taken', 'taken', 1, 1]);
});

test('a constructor that throws in the first call fails the span of the build, which records the exception once', async () => {
  expect(
    await inColdProcess(`
    class Broken { constructor() { throw new Error('no price list'); } handle() {} }
    const { handler } = createHandler(Broken, { name: 'broken', spanProcessors: [processor] });
    const thrown = await invoke(handler).catch((error) => error.message);
    report({ thrown, spans: spans.filter(({ status }) => status.code === 'ERROR').map(({ name, status, events }) => [name, status.message, events.length]) });
  `),
  ).toEqual({
    thrown: 'no price list',
    spans: [
      ['build container', 'no price list', 1],
      ['broken', 'no price list', 0],
    ],
  });
});

test.each([
  [401, ['UNSET', 'UNSET']],
  [503, ['ERROR', 'ERROR']],
])(
  'an HttpError %i of a constructor in the first call marks the span of the build only from 500 on',
  async (status, codes) => {
    expect(
      await inColdProcess(`
    const { HttpError } = require(dist + 'index.js');
    class Guarded { constructor() { throw new HttpError(${status}, 'no'); } handle() {} }
    const { handler } = createHandler(Guarded, { name: 'guarded', spanProcessors: [processor] });
    const event = { version: 'v1', rawPath: '/', headers: {}, body: '', requestContext: { http: { method: 'GET' } } };
    const { statusCode } = await invoke(handler, event);
    const found = ['build container', 'guarded'].map((name) => spans.find((span) => span.name === name).status.code);
    report([statusCode, found]);
  `),
    ).toEqual([status, codes]);
  },
);

import { createHandler, Handler } from 'fc-traced';
import type { HandlerOptions, ParentCarrier } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

@Handler()
class Plain {
  handle(): string {
    return 'done';
  }
}
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const EXPLICIT = { traceId: 'e'.repeat(32), spanId: 'e'.repeat(16), traceFlags: 1 };
const W3C = { traceId: 'a'.repeat(32), spanId: 'a'.repeat(16) };
const JAEGER = { traceId: 'b'.repeat(32), spanId: 'b'.repeat(16) };
const traceparent = ({ traceId, spanId }: typeof W3C, flags = '01'): string => `00-${traceId}-${spanId}-${flags}`;
const jaegerText = ({ traceId, spanId }: typeof W3C, flags = '1'): string => `${traceId}:${spanId}:0:${flags}`;

interface Sources {
  parent?: HandlerOptions['parent'];
  w3c?: string;
  jaeger?: string;
}
async function spanFrom({ parent, w3c, jaeger }: Sources): Promise<SpanRecord | undefined> {
  const { handler } = createHandler(Plain, { http: false, ...(parent !== undefined && { parent }) });
  const event = {
    version: 'v1',
    rawPath: '/',
    headers: { traceparent: w3c },
    requestContext: { http: { method: 'GET' } },
  };
  expect(
    await invoke(
      handler,
      event,
      fakeFcContext({ tracing: jaeger === undefined ? {} : { openTracingSpanContext: jaeger } }),
    ),
  ).toBe('done');
  return traces.spans()[0];
}
const linkTo = ({ traceId, spanId }: typeof W3C): object => ({ traceId, spanId, attributes: {} });

test('the option takes precedence over the headers, and these over context.tracing; the others become links', async () => {
  const all = { parent: EXPLICIT, w3c: traceparent(W3C), jaeger: jaegerText(JAEGER) };
  expect(await spanFrom(all)).toMatchObject({
    traceId: EXPLICIT.traceId,
    parentSpanId: EXPLICIT.spanId,
    links: [linkTo(W3C), linkTo(JAEGER)],
  });
  traces.clear();
  expect(await spanFrom({ w3c: all.w3c, jaeger: all.jaeger })).toMatchObject({
    traceId: W3C.traceId,
    parentSpanId: W3C.spanId,
    links: [linkTo(JAEGER)],
  });
  traces.clear();
  expect(await spanFrom({ jaeger: all.jaeger })).toMatchObject({
    traceId: JAEGER.traceId,
    parentSpanId: JAEGER.spanId,
    links: [],
  });
});

test('a malformed source is skipped', async () => {
  const span = await spanFrom({ parent: 'garbage', w3c: 'garbage', jaeger: jaegerText(JAEGER) });
  expect(span).toMatchObject({ traceId: JAEGER.traceId, links: [], attributes: { 'fc_traced.malformed_carriers': 2 } });
});

test('a second source with the same trace id does not become a link, whatever its span id', async () => {
  expect(await spanFrom({ w3c: traceparent(W3C), jaeger: jaegerText(W3C) })).toMatchObject({
    parentSpanId: W3C.spanId,
    links: [],
  });
  traces.clear();
  expect(
    await spanFrom({ w3c: traceparent(W3C), jaeger: jaegerText({ ...JAEGER, traceId: W3C.traceId }) }),
  ).toMatchObject({ parentSpanId: W3C.spanId, links: [] });
  traces.clear();
  expect(
    await spanFrom({
      parent: { ...EXPLICIT, traceId: W3C.traceId.toUpperCase(), spanId: 'E'.repeat(16) },
      w3c: traceparent(W3C),
    }),
  ).toMatchObject({
    traceId: W3C.traceId,
    parentSpanId: EXPLICIT.spanId,
    links: [],
  });
});

test('two sources with the same other trace id become one link', async () => {
  expect((await spanFrom({ parent: EXPLICIT, w3c: traceparent(W3C), jaeger: jaegerText(W3C) }))!.links).toEqual([
    linkTo(W3C),
  ]);
});

test('the sampled flag of the parent decides, not that of a link', async () => {
  expect(await spanFrom({ w3c: traceparent(W3C), jaeger: jaegerText(JAEGER, '0') })).toMatchObject({
    traceId: W3C.traceId,
  });
  traces.clear();
  expect(await spanFrom({ w3c: traceparent(W3C, '00'), jaeger: jaegerText(JAEGER) })).toBeUndefined();
});

test.each<[string, ParentCarrier]>([
  ['a span context', EXPLICIT],
  ['a traceparent', traceparent(EXPLICIT)],
  ['a Jaeger string', jaegerText(EXPLICIT)],
  ['headers', { TraceParent: traceparent(EXPLICIT) }],
])('the option parent takes %s, or a function that returns it', async (_, carrier) => {
  expect(await spanFrom({ parent: carrier })).toMatchObject({
    traceId: EXPLICIT.traceId,
    parentSpanId: EXPLICIT.spanId,
  });
  traces.clear();
  expect(await spanFrom({ parent: () => carrier })).toMatchObject({
    traceId: EXPLICIT.traceId,
    parentSpanId: EXPLICIT.spanId,
  });
});

test('a function as option parent is called with the decoded event and the context', async () => {
  const { handler } = createHandler(Plain, {
    http: false,
    parent: (event, context) => (event as Record<string, string>)[context.requestId],
  });
  await invoke(handler, { one: traceparent(EXPLICIT) }, fakeFcContext({ requestId: 'one' }));
  expect(traces.spans()[0]!.traceId).toBe(EXPLICIT.traceId);
});

test.each<[string, () => unknown, number | undefined]>([
  ['undefined', () => undefined, undefined],
  ['null', () => null, undefined],
  ['an empty string', () => '', undefined],
  ['a number', () => 7, 1],
  ['an invalid span context', () => ({ traceId: 'x', spanId: 'y', traceFlags: 1 }), 1],
  ['a span id that is not a string', () => ({ ...EXPLICIT, spanId: 7 }), 1],
  [
    'a getter that throws',
    () =>
      Object.defineProperty({ ...EXPLICIT }, 'spanId', {
        enumerable: true,
        get() {
          throw new Error('trap');
        },
      }),
    1,
  ],
  [
    'an error',
    () => {
      throw new Error('mine');
    },
    1,
  ],
  ['a promise that rejects', () => Promise.reject(new Error('mine')), 1],
])('if a function as option parent results in %s, the next source is used', async (_, parent, counted) => {
  const span = await spanFrom({ parent: parent as () => undefined, jaeger: jaegerText(JAEGER) });
  expect(span).toMatchObject({ traceId: JAEGER.traceId, links: [] });
  expect(span!.attributes['fc_traced.malformed_carriers']).toBe(counted);
});

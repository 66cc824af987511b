import { trace } from '@opentelemetry/api';
import { createHandler, Handler } from 'fc-traced';
import { invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

@Handler()
class Plain {
  handle(): string | undefined {
    return trace.getActiveSpan()?.spanContext().traceState?.serialize();
  }
}
const { handler } = createHandler(Plain, { http: false });
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

function httpEvent(headers: unknown): object {
  return {
    version: 'v1',
    rawPath: '/',
    headers,
    queryParameters: {},
    body: '',
    isBase64Encoded: false,
    requestContext: { http: { method: 'GET', path: '/' } },
  };
}
async function spanUnder(headers: unknown): Promise<SpanRecord | undefined> {
  await invoke(handler, httpEvent(headers));
  return traces.spans()[0];
}
const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const P = '00f067aa0ba902b7';
const HEADER = `00-${T}-${P}-01`;

test.each(['traceparent', 'Traceparent', 'TRACEPARENT', 'TraceParent'])(
  'the invocation span continues the span of the header %s',
  async (name) => {
    expect(await spanUnder({ [name]: HEADER })).toMatchObject({
      traceId: T,
      parentSpanId: P,
      links: [],
      attributes: { 'faas.trigger': 'http' },
    });
  },
);

test('the headers of an API Gateway event are read', async () => {
  await invoke(handler, {
    httpMethod: 'GET',
    path: '/',
    headers: { Traceparent: HEADER },
    pathParameters: {},
    queryParameters: {},
  });
  expect(traces.spans()[0]).toMatchObject({ traceId: T, parentSpanId: P });
});

test('headers of an event of another trigger are ignored', async () => {
  await invoke(handler, { headers: { traceparent: HEADER } });
  expect(traces.spans()[0]!.traceId).not.toBe(T);
});

test('an invocation of an unsampled caller is not recorded', async () => {
  expect(await spanUnder({ traceparent: `00-${T}-${P}-00` })).toBeUndefined();
  expect(await spanUnder({ traceparent: `00-${T}-${P}-02` })).toBeUndefined();
});

test('a header of a later version is read up to the fields of version 00', async () => {
  expect(await spanUnder({ traceparent: `cc-${T}-${P}-01-future-field` })).toMatchObject({ traceId: T });
});

test.each([
  ['upper case', HEADER.toUpperCase()],
  ['version ff', `ff-${T}-${P}-01`],
  ['a fifth field in version 00', `${HEADER}-1`],
  ['an all-zero trace id', `00-${'0'.repeat(32)}-${P}-01`],
  ['an all-zero span id', `00-${T}-${'0'.repeat(16)}-01`],
  ['a short id', `00-${T.slice(1)}-${P}-01`],
  ['the Jaeger format', `${T}:${P}:0:1`],
  ['two values', [HEADER, HEADER]],
  ['a number', 7],
])('a malformed traceparent starts a new trace and is counted: %s', async (_, traceparent) => {
  const span = await spanUnder({ traceparent });
  expect(span!.parentSpanId).toBeUndefined();
  expect(span!.attributes['fc_traced.malformed_carriers']).toBe(1);
});

test.each([undefined, null, 'text', 7, [], {}, { traceparent: '' }, { traceparent: null }])(
  'headers without trace context are not counted: %j',
  async (headers) => {
    const span = await spanUnder(headers);
    expect(span!.parentSpanId).toBeUndefined();
    expect(span!.attributes).not.toHaveProperty(['fc_traced.malformed_carriers']);
  },
);

test('tracestate is passed on, also from several headers; a malformed one is ignored, but not the parent', async () => {
  expect(await invoke(handler, httpEvent({ traceparent: HEADER, tracestate: ['rojo=1', 'congo=t61'] }))).toBe(
    'rojo=1,congo=t61',
  );
  expect(await invoke(handler, httpEvent({ traceparent: HEADER, Tracestate: 'ROJO=1' }))).toBeUndefined();
  expect(
    traces.spans().map(({ traceId, attributes }) => [traceId, attributes['fc_traced.malformed_carriers']]),
  ).toEqual([
    [T, undefined],
    [T, 1],
  ]);
});

test('each new trace gets a new id', async () => {
  await spanUnder({});
  await spanUnder({});
  expect(new Set(traces.spans().map(({ traceId }) => traceId)).size).toBe(2);
});

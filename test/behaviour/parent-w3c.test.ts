import { createHandler, Handler } from 'fc-traced';
import { trace } from '@opentelemetry/api';
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

test('the headers of an API Gateway event are read as well', async () => {
  await invoke(handler, {
    httpMethod: 'GET',
    path: '/',
    headers: { Traceparent: HEADER },
    pathParameters: {},
    queryParameters: {},
  });
  expect(traces.spans()[0]).toMatchObject({ traceId: T, parentSpanId: P });
});

test('headers of an event that no HTTP trigger sent say nothing', async () => {
  await invoke(handler, { headers: { traceparent: HEADER } });
  expect(traces.spans()[0]!.traceId).not.toBe(T);
});

test('a caller that does not sample is obeyed', async () => {
  expect(await spanUnder({ traceparent: `00-${T}-${P}-00` })).toBeUndefined();
  expect(await spanUnder({ traceparent: `00-${T}-${P}-02` })).toBeUndefined();
});

test('a later version of the header is read as far as it is known', async () => {
  expect(await spanUnder({ traceparent: `cc-${T}-${P}-01-what-the-future-brings` })).toMatchObject({ traceId: T });
});

test.each([
  ['capitals', HEADER.toUpperCase()],
  ['version ff', `ff-${T}-${P}-01`],
  ['a fifth field in version 00', `${HEADER}-1`],
  ['ids of zeros', `00-${'0'.repeat(32)}-${P}-01`],
  ['a parent of zeros', `00-${T}-${'0'.repeat(16)}-01`],
  ['a short id', `00-${T.slice(1)}-${P}-01`],
  ['the Jaeger form', `${T}:${P}:0:1`],
  ['two values', [HEADER, HEADER]],
  ['a number', 7],
])('a malformed traceparent starts a new trace and is counted: %s', async (_, traceparent) => {
  const span = await spanUnder({ traceparent });
  expect(span!.parentSpanId).toBeUndefined();
  expect(span!.attributes['fc_traced.malformed_carriers']).toBe(1);
});

test.each([undefined, null, 'text', 7, [], {}, { traceparent: '' }, { traceparent: null }])(
  'without a caller in them headers count as nothing: %j',
  async (headers) => {
    const span = await spanUnder(headers);
    expect(span!.parentSpanId).toBeUndefined();
    expect(span!.attributes).not.toHaveProperty(['fc_traced.malformed_carriers']);
  },
);

test('tracestate goes along, also from several headers; a malformed one is left out without losing the parent', async () => {
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

test('a new trace gets an id of its own each time', async () => {
  await spanUnder({});
  await spanUnder({});
  expect(new Set(traces.spans().map(({ traceId }) => traceId)).size).toBe(2);
});

import { createHandler, Handler } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

@Handler()
class Plain {
  handle(): string {
    return 'done';
  }
}
const { handler } = createHandler(Plain);
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

async function spanUnder(tracing: unknown): Promise<SpanRecord | undefined> {
  const context = { ...fakeFcContext(), tracing } as never;
  expect(await invoke(handler, {}, context)).toBe('done');
  return traces.spans()[0];
}
const T128 = '463ac35c9f6413ad48485a3953bb6124';
const P64 = '0000000000000000124ed43254b54966';

test.each([
  ['128-bit ids', `${T128}:a2fb4a1d1a96d312:0:1`, T128, 'a2fb4a1d1a96d312'],
  ['a 64-bit trace id, as the SDKs send', '124ed43254b54966:124ed43254b54966:0:1', P64, '124ed43254b54966'],
  ['ids without their leading zeros', '24ed43254b54966:1:0:1', '0000000000000000024ed43254b54966', '0000000000000001'],
  ['a parent id', '124ed43254b54966:a2:124ed43254b54966:1', P64, '00000000000000a2'],
  ['an empty parent id', '124ed43254b54966:a2::1', P64, '00000000000000a2'],
  ['the debug flag', '124ed43254b54966:a2:0:3', P64, '00000000000000a2'],
  ['flags of two digits', '124ed43254b54966:a2:0:01', P64, '00000000000000a2'],
  ['capitals', `${T128.toUpperCase()}:A2FB4A1D1A96D312:0:1`, T128, 'a2fb4a1d1a96d312'],
  ['blanks around it', ` ${T128}:a2:0:1 `, T128, '00000000000000a2'],
])('the invocation span continues the span of context.tracing: %s', async (_, text, traceId, parentSpanId) => {
  for (const name of ['openTracingSpanContext', 'spanContext']) {
    traces.clear();
    expect(await spanUnder({ [name]: text })).toMatchObject({ traceId, parentSpanId, links: [] });
  }
});

test.each([`${T128}:a2:0:0`, `${T128}:a2:0:2`, `${T128}:a2:0:00`])(
  'a caller that does not sample is obeyed: %s',
  async (text) => {
    expect(await spanUnder({ openTracingSpanContext: text })).toBeUndefined();
  },
);

test.each([
  ['no tracing at all', undefined],
  ['null', null],
  ['a text', 'garbage'],
  ['an object without fields', {}],
  [
    'empty texts, as a custom runtime has them',
    { openTracingSpanContext: '', openTracingSpanBaggages: '', jaegerEndpoint: '' },
  ],
])('without a caller the trace is a new one, and nothing is counted: %s', async (_, tracing) => {
  const span = await spanUnder(tracing);
  expect(span!.parentSpanId).toBeUndefined();
  expect(span!.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(span!.attributes).not.toHaveProperty(['fc_traced.malformed_carriers']);
});

test.each([
  ['three fields', `${T128}:a2:0`],
  ['five fields', `${T128}:a2:0:1:1`],
  ['a trace id of zeros', '0:a2:0:1'],
  ['a span id of zeros', `${T128}:0:0:1`],
  ['a trace id too long', `1${T128}:a2:0:1`],
  ['a span id too long', `${T128}:1a2fb4a1d1a96d312:0:1`],
  ['digits that are not hex', 'xyz:a2:0:1'],
  ['no flags', `${T128}:a2:0:`],
  ['a percent-encoded form', `${T128}%3Aa2%3A0%3A1`],
  ['a traceparent', `00-${T128}-a2fb4a1d1a96d312-01`],
  ['a number', 7],
  ['an object', { traceId: T128 }],
])('garbage starts a new trace and is counted on its span: %s', async (_, text) => {
  const span = await spanUnder({ openTracingSpanContext: text });
  expect(span!.parentSpanId).toBeUndefined();
  expect(span!.traceId).not.toBe(T128);
  expect(span!.attributes['fc_traced.malformed_carriers']).toBe(1);
});

test('the name that Node.js really gets goes before the one that the documents give', async () => {
  const span = await spanUnder({ openTracingSpanContext: `${T128}:a2:0:1`, spanContext: '1:1:0:1' });
  expect(span).toMatchObject({ traceId: T128, links: [] });
  traces.clear();
  expect(await spanUnder({ openTracingSpanContext: '', spanContext: `${T128}:a2:0:1` })).toMatchObject({
    traceId: T128,
  });
});

test('getters that throw, in the context or in its tracing, harm nothing', async () => {
  const trap = {
    get(): never {
      throw new Error('trap');
    },
  };
  expect(
    await spanUnder(Object.defineProperties({}, { openTracingSpanContext: trap, openTracingSpanBaggages: trap })),
  ).toMatchObject({ links: [] });
  traces.clear();
  expect(await invoke(handler, {}, Object.defineProperty({}, 'tracing', trap) as never)).toBe('done');
  expect(traces.spans()).toHaveLength(1);
});

test.each([undefined, null, 7, 'text'])('a context that is no object harms nothing: %p', async (context) => {
  expect(await handler(Buffer.from('{}'), context as never)).toBe('done');
  expect(traces.only().spans[0]!.name).toBe('Plain');
});

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
  ['ids without leading zeros', '24ed43254b54966:1:0:1', '0000000000000000024ed43254b54966', '0000000000000001'],
  ['a parent id', '124ed43254b54966:a2:124ed43254b54966:1', P64, '00000000000000a2'],
  ['an empty parent id', '124ed43254b54966:a2::1', P64, '00000000000000a2'],
  ['the debug flag', '124ed43254b54966:a2:0:3', P64, '00000000000000a2'],
  ['two-digit flags', '124ed43254b54966:a2:0:01', P64, '00000000000000a2'],
  ['upper case', `${T128.toUpperCase()}:A2FB4A1D1A96D312:0:1`, T128, 'a2fb4a1d1a96d312'],
  ['percent-encoded colons', `${T128}%3Aa2%3A0%3A1`, T128, '00000000000000a2'],
  ['percent-encoded colons in lower case', `${T128}%3aa2%3a%3a1`, T128, '00000000000000a2'],
  ['some percent-encoded colons', `${T128}:a2%3A0:1`, T128, '00000000000000a2'],
  ['percent-encoded surrounding spaces', `%20${T128}%3Aa2%3A0%3A1%20`, T128, '00000000000000a2'],
  ['percent-encoded digits', `${T128}%3A%61%32%3A0%3A1`, T128, '00000000000000a2'],
  ['surrounding spaces', ` ${T128}:a2:0:1 `, T128, '00000000000000a2'],
])('the invocation span continues the span of context.tracing: %s', async (_, text, traceId, parentSpanId) => {
  for (const name of ['openTracingSpanContext', 'spanContext']) {
    traces.clear();
    expect(await spanUnder({ [name]: text })).toMatchObject({ traceId, parentSpanId, links: [] });
  }
});

test.each([`${T128}:a2:0:0`, `${T128}:a2:0:2`, `${T128}:a2:0:00`])(
  'an invocation of an unsampled caller is not recorded: %s',
  async (text) => {
    expect(await spanUnder({ openTracingSpanContext: text })).toBeUndefined();
  },
);

test.each([
  ['no tracing', undefined],
  ['null', null],
  ['a string', 'garbage'],
  ['an object without fields', {}],
  [
    'empty strings, as in a custom runtime',
    { openTracingSpanContext: '', openTracingSpanBaggages: '', jaegerEndpoint: '' },
  ],
])('without a caller, a new trace is started and nothing is counted: %s', async (_, tracing) => {
  const span = await spanUnder(tracing);
  expect(span!.parentSpanId).toBeUndefined();
  expect(span!.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(span!.attributes).not.toHaveProperty(['fc_traced.malformed_carriers']);
});

test.each([
  ['three fields', `${T128}:a2:0`],
  ['five fields', `${T128}:a2:0:1:1`],
  ['an all-zero trace id', '0:a2:0:1'],
  ['an all-zero span id', `${T128}:0:0:1`],
  ['a trace id that is too long', `1${T128}:a2:0:1`],
  ['a span id that is too long', `${T128}:1a2fb4a1d1a96d312:0:1`],
  ['digits that are not hex', 'xyz:a2:0:1'],
  ['no flags', `${T128}:a2:0:`],
  ['a traceparent', `00-${T128}-a2fb4a1d1a96d312-01`],
  ['a number', 7],
  ['an object', { traceId: T128 }],
])('malformed trace context starts a new trace and is counted on its span: %s', async (_, text) => {
  const span = await spanUnder({ openTracingSpanContext: text });
  expect(span!.parentSpanId).toBeUndefined();
  expect(span!.traceId).not.toBe(T128);
  expect(span!.attributes['fc_traced.malformed_carriers']).toBe(1);
});

test('the field that FC really passes to Node.js takes precedence over the documented one', async () => {
  const span = await spanUnder({ openTracingSpanContext: `${T128}:a2:0:1`, spanContext: '1:1:0:1' });
  expect(span).toMatchObject({ traceId: T128, links: [] });
  traces.clear();
  expect(await spanUnder({ openTracingSpanContext: '', spanContext: `${T128}:a2:0:1` })).toMatchObject({
    traceId: T128,
  });
});

test('getters that throw, in the context or in its tracing, do not affect the invocation', async () => {
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

test.each([undefined, null, 7, 'text'])(
  'a context that is not an object does not affect the invocation: %p',
  async (context) => {
    expect(await handler(Buffer.from('{}'), context as never)).toBe('done');
    expect(traces.only().spans[0]!.name).toBe('Plain');
  },
);

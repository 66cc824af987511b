import { diag, propagation } from '@opentelemetry/api';
import { createHandler, Handler, invokeHeaders } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { readFcTracingHeaders } from '../../src/fc/tracing';

const traces = recordTraces();
afterEach(() => {
  traces.clear();
  diag.disable();
});
afterAll(() => traces.stop());

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const baggages = (value: unknown): Record<string, string> => ({
  'x-fc-tracing-opentracing-span-baggages': base64(value),
});

/** The number of malformed parts that the span of the next invocation reports. */
async function counted(): Promise<unknown> {
  @Handler()
  class Next {
    handle(): void {}
  }
  await invoke(createHandler(Next).handler);
  return traces.spans().at(-1)!.attributes['fc_traced.malformed_carriers'];
}

test('the three headers become the fields of context.tracing', async () => {
  const headers = {
    'x-fc-tracing-opentracing-span-context': '1:2:0:1',
    ...baggages({ user: 'ann', city: '北京' }),
    'x-fc-tracing-jaeger-endpoint': 'http://127.0.0.1/api/traces',
    other: 'x',
  };
  expect(readFcTracingHeaders(headers)).toEqual({
    openTracingSpanContext: '1:2:0:1',
    openTracingSpanBaggages: { user: 'ann', city: '北京' },
    jaegerEndpoint: 'http://127.0.0.1/api/traces',
  });
  expect(await counted()).toBeUndefined();
});

test('tracing is off if the headers are missing or empty', async () => {
  const empty = Object.fromEntries(
    ['span-context', 'span-baggages'].map((name) => [`x-fc-tracing-opentracing-${name}`, '']),
  );
  for (const headers of [
    {},
    empty,
    { ...empty, 'x-fc-tracing-jaeger-endpoint': '' },
    { 'x-fc-tracing-jaeger-endpoint': undefined },
  ]) {
    expect(readFcTracingHeaders(headers)).toEqual({ openTracingSpanBaggages: {} });
  }
  expect(await counted()).toBeUndefined();
});

test('header names are case-insensitive, and the case of baggage keys is preserved', () => {
  expect(
    readFcTracingHeaders({
      'X-Fc-Tracing-Opentracing-Span-Context': '1:2:0:1',
      'X-FC-TRACING-OPENTRACING-SPAN-CONTEXT-BAGGAGE-userId': 'ann',
    }),
  ).toEqual({ openTracingSpanContext: '1:2:0:1', openTracingSpanBaggages: { userId: 'ann' } });
});

test("headers of single items are read too, percent-decoded; items in FC's own header take precedence", () => {
  const item = 'x-fc-tracing-opentracing-span-context-baggage-';
  expect(
    readFcTracingHeaders({
      [`${item}city`]: '%E5%8C%97%20x',
      [`${item}odd`]: '100%',
      [`${item}bytes`]: '%FF',
      [`${item}user`]: 'bob',
      [item]: 'no key',
      ...baggages({ user: 'ann' }),
    }).openTracingSpanBaggages,
  ).toEqual({ city: '北 x', odd: '100%', bytes: '\ufffd', user: 'ann' });
});

test.each([
  ['not base64', '!!!'],
  ['not JSON', base64('{')],
  ['an array', base64(['a'])],
  ['null', base64(null)],
  ['a string', base64('"a"')],
  ['two joined headers', `${base64({ a: '1' })}, ${base64({ b: '2' })}`],
])('malformed baggage is ignored and counted: %s', async (_, value) => {
  expect(
    readFcTracingHeaders({
      'x-fc-tracing-opentracing-span-baggages': value,
      'x-fc-tracing-opentracing-span-context': '1:2:0:1',
    }),
  ).toEqual({ openTracingSpanContext: '1:2:0:1', openTracingSpanBaggages: {} });
  expect(await counted()).toBe(1);
});

test('baggage in both forms of invokeHeaders is received once, although header names arrive in lower case', async () => {
  const sent = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`tenantId${n}`, `acme ${n}`]));
  const call = (work: () => unknown, headers: unknown, tracing: unknown): Promise<unknown> => {
    class Hop {
      handle(): unknown {
        return work();
      }
    }
    return invoke(createHandler(Hop, { parent: () => headers as Record<string, unknown> }).handler, {}, {
      ...fakeFcContext(),
      tracing,
    } as FcContext);
  };
  const onWire = (await call(invokeHeaders, {}, { openTracingSpanBaggages: sent })) as Record<string, string>;
  const received = Object.fromEntries(Object.entries(onWire).map(([name, value]) => [name.toLowerCase(), value]));
  const arrived = await call(
    () =>
      propagation
        .getActiveBaggage()!
        .getAllEntries()
        .map(([key, { value }]) => [key, value]),
    received,
    readFcTracingHeaders({ ...received, 'x-fc-tracing-opentracing-span-context-baggage-other': '1' }),
  );
  expect(Object.fromEntries(arrived as [string, string][])).toEqual({ ...sent, other: '1' });
  expect(await counted()).toBeUndefined();
});

test('values that are not strings are dropped and counted', async () => {
  expect(readFcTracingHeaders(baggages({ a: '1', n: 7, o: {}, z: null })).openTracingSpanBaggages).toEqual({ a: '1' });
  expect(await counted()).toBe(3);
});

test('names of Object.prototype are ordinary keys', () => {
  const { openTracingSpanBaggages: items } = readFcTracingHeaders(baggages('{"__proto__":"x","constructor":"y"}'));
  expect(Object.entries(items!)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  expect(Object.getPrototypeOf(items)).toBe(Object.prototype);
});

test('the warning does not contain the malformed value', async () => {
  const warnings: string[] = [];
  const record = (...texts: unknown[]): void => void warnings.push(texts.join(' '));
  diag.setLogger({ error: record, warn: record, info() {}, debug() {}, verbose() {} });
  readFcTracingHeaders({ 'x-fc-tracing-opentracing-span-baggages': 'c2VjcmV0LXRva2Vu' });
  await counted();
  expect(warnings.join('\n')).not.toMatch(/secret-token|c2VjcmV0/);
});

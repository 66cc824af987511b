import { propagation } from '@opentelemetry/api';
import type { BaggageEntry } from '@opentelemetry/api';
import { createHandler, Handler, Traced } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

class Service {
  @Traced()
  async read(): Promise<[string, BaggageEntry][]> {
    await new Promise((resolve) => setImmediate(resolve));
    return propagation.getActiveBaggage()?.getAllEntries() ?? [];
  }
}
@Handler()
class Reading {
  handle(): Promise<[string, BaggageEntry][]> {
    return new Service().read();
  }
}
const { handler } = createHandler(Reading, { http: false });
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

async function baggageFrom(headers: object, tracing: object = {}): Promise<Record<string, string>> {
  const event = { version: 'v1', rawPath: '/', headers, requestContext: { http: { method: 'GET' } } };
  const entries = (await invoke(handler, event, { ...fakeFcContext(), tracing })) as [string, BaggageEntry][];
  return Object.fromEntries(entries.map(([key, { value }]) => [key, value]));
}
const dropped = (): unknown => traces.spans().at(-1)!.attributes['fc_traced.malformed_carriers'];

test('without baggage from the caller, the handler has no baggage', async () => {
  expect(await baggageFrom({})).toEqual({});
});

test.each(['openTracingSpanBaggages', 'spanBaggages'])(
  'the baggage that FC passes as %s is active in the handler',
  async (name) => {
    expect(await baggageFrom({}, { [name]: { user: 'ann', 'region id': 'ü=1,2;3' } })).toEqual({
      user: 'ann',
      'region id': 'ü=1,2;3',
    });
    expect(dropped()).toBeUndefined();
  },
);

test('the baggage header is read case-insensitively, percent-decoded, and from several lines', async () => {
  expect(await baggageFrom({ Baggage: ['a=1 , b=two%20words;secret', 'c=3'] })).toEqual({
    a: '1',
    b: 'two words',
    c: '3',
  });
});

test('baggage of both sources is merged; the header takes precedence', async () => {
  expect(
    await baggageFrom({ baggage: 'user=ann' }, { openTracingSpanBaggages: { user: 'bob', tenant: 't1' } }),
  ).toEqual({ user: 'ann', tenant: 't1' });
});

test('baggage is active as well if the invocation is not sampled', async () => {
  const off = { openTracingSpanContext: '1:1:0:0', openTracingSpanBaggages: { user: 'ann' } };
  expect(await baggageFrom({}, off)).toEqual({ user: 'ann' });
  expect(traces.spans()).toEqual([]);
});

test('malformed members are skipped and counted; the others are kept', async () => {
  expect(await baggageFrom({ baggage: 'a=1,no equals,=2,b=%zz,c=3' })).toEqual({ a: '1', b: '%zz', c: '3' });
  expect(dropped()).toBe(2);
  expect(await baggageFrom({}, { openTracingSpanBaggages: { a: '1', n: 7, '': 'x' } })).toEqual({ a: '1' });
  expect(dropped()).toBe(2);
});

test.each([
  ['a string', 'a=1'],
  ['an array', ['a']],
  ['a number', 7],
])('baggage of the wrong type is skipped and counted: %s', async (_, items) => {
  expect(await baggageFrom({}, { openTracingSpanBaggages: items })).toEqual({});
  expect(dropped()).toBe(1);
});

test('at most 64 members are read', async () => {
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, 'v']));
  expect(Object.keys(await baggageFrom({}, { openTracingSpanBaggages: many }))).toHaveLength(64);
  expect(dropped()).toBe(6);
});

test('__proto__ is an ordinary key', async () => {
  const entries = await baggageFrom({}, { openTracingSpanBaggages: JSON.parse('{"__proto__":"x","a":"1"}') as object });
  expect(Object.getOwnPropertyNames(entries)).toEqual(['__proto__', 'a']);
});

test('concurrent invocations do not share baggage', async () => {
  const both = await Promise.all([
    baggageFrom({}, { openTracingSpanBaggages: { user: 'ann' } }),
    baggageFrom({}, { openTracingSpanBaggages: { tenant: 'b' } }),
  ]);
  expect(both).toEqual([{ user: 'ann' }, { tenant: 'b' }]);
});

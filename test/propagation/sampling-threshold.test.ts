import { context, createTraceState, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { createHandler, Handler, traceHeaders, Traced } from 'fc-traced';
import type { HandlerOptions, Span, TriggerName } from 'fc-traced';
import { fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { state } from '../../src/tracing/telemetry/state';
import { consistentTraceState, sampleRoot } from '../../src/tracing/telemetry/sampling';
import { parseTraceState } from '../../src/propagation/trace-state';

const traces = recordTraces();
const traceStates: (string | undefined)[] = [];
const recorder = {
  onEnd: (span: unknown) => void traceStates.push((span as Span).spanContext().traceState?.serialize()),
};
state.recorders.add(recorder);
afterEach(() => {
  traces.clear();
  traceStates.length = 0;
});
afterAll(() => {
  traces.stop();
  state.recorders.delete(recorder);
});

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const idOf = (randomness: string): string => '4bf92f3577b34da6a3'.padEnd(18, '0') + randomness;
const headerOf = (ratio: number): string | undefined => sampleRoot('f'.repeat(32), ratio).traceState?.serialize();

// From the table of the specification, with its recommended precision of 4 digits.
test.each([
  [1, '0'],
  [0.5, '8'],
  [0.3333333333333333, 'aaab'],
  [0.25, 'c'],
  [0.2, 'cccd'],
  [0.125, 'e'],
  [0.1, 'e666'],
  [0.0625, 'f'],
  [0.01, 'fd70a'],
  [0.001, 'ffbe77'],
  [0.0001, 'fff9724'],
  [0.00001, 'ffff583a'],
  [0.000001, 'ffffef39'],
  // Close to 1 the threshold rounds to one step of the four digits, or to none.
  [0.99999, '0001'],
  [0.999999, '0'],
  [0.75, '4'],
])('a ratio of %d has the threshold th:%s', (ratio, th) => {
  expect(headerOf(ratio)).toBe(`ot=th:${th}`);
});

test('the smallest ratios still have a threshold, and 0 has none', () => {
  for (const ratio of [2 ** -48, 2 ** -56, 1e-20, Number.MIN_VALUE]) {
    expect(headerOf(ratio)).toMatch(/^ot=th:f{10,12}$/);
  }
  expect(sampleRoot('f'.repeat(32), 0)).toEqual({ isSampled: false, traceState: undefined });
});

test('a trace is sampled if its randomness is at least the threshold', () => {
  expect(sampleRoot(idOf('e6660000000000'), 0.1).isSampled).toBe(true);
  expect(sampleRoot(idOf('e665ffffffffff'), 0.1).isSampled).toBe(false);
  expect(sampleRoot(idOf('00000000000000'), 1).isSampled).toBe(true);
  expect(sampleRoot(idOf('80000000000000'), 0.5).isSampled).toBe(true);
  expect(sampleRoot(idOf('7fffffffffffff'), 0.5).isSampled).toBe(false);
});

const hex56 = fc.bigInt({ min: 0n, max: 2n ** 56n - 1n }).map((value) => value.toString(16).padStart(14, '0'));
const ratios = fc.double({ min: 0, max: 1, noNaN: true });

test('decisions are consistent: a trace that is sampled with a ratio is sampled with every higher one', () => {
  fc.assert(
    fc.property(hex56, ratios, ratios, (randomness, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { isSampled, traceState } = sampleRoot(idOf(randomness), low);
      if (isSampled && !sampleRoot(idOf(randomness), high).isSampled) return false;
      // What other services calculate from the header is the same decision.
      const th = /^ot=th:([0-9a-f]{1,14})$/.exec(traceState?.serialize() ?? '')?.[1];
      return isSampled ? BigInt(`0x${randomness}`) >= BigInt(`0x${th!.padEnd(14, '0')}`) : th === undefined;
    }),
    { numRuns: 2_000 },
  );
});

test('the threshold is at most 1/8192 from the ratio, in proportion to the ratio', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1, noNaN: true }), (ratio) => {
      const th = headerOf(ratio)!.slice('ot=th:'.length).padEnd(14, '0');
      const actual = 1 - Number(BigInt(`0x${th}`)) / 2 ** 56;
      return Math.abs(actual - ratio) <= ratio / 8_192 + 2 ** -17 * (ratio > 0.0625 ? 1 : 0);
    }),
    { numRuns: 2_000 },
  );
});

test('explicit randomness is used instead of the trace id and kept, as are unknown entries and other members', () => {
  const given = createTraceState('ot=p:8;rv:e6660000000000;th:f,vendor=1');
  const sampled = sampleRoot(idOf('0'.repeat(14)), 0.1, given);
  expect([sampled.isSampled, sampled.traceState!.serialize()]).toEqual([
    true,
    'ot=th:e666;p:8;rv:e6660000000000,vendor=1',
  ]);
  const dropped = sampleRoot(idOf('f'.repeat(14)), 0.05, given);
  expect([dropped.isSampled, dropped.traceState!.serialize()]).toEqual([false, 'ot=p:8;rv:e6660000000000,vendor=1']);
});

test.each(['rv:E6660000000000', 'rv:e666', 'rv:e66600000000000', 'rv:', 'rv:e6660000000000;rv:e6660000000000'])(
  'malformed randomness is not used: %s',
  (entry) => {
    expect(sampleRoot(idOf('0'.repeat(14)), 0.1, createTraceState(`ot=${entry}`)).isSampled).toBe(false);
    expect(sampleRoot(idOf('f'.repeat(14)), 0.1, createTraceState(`ot=${entry}`)).isSampled).toBe(true);
  },
);

test('a threshold that does not fit into 256 characters is not set', () => {
  const long = `p:${'8'.repeat(253)}`;
  expect(sampleRoot(idOf('f'.repeat(14)), 0.1, parseTraceState(`ot=${long}`)).traceState!.serialize()).toBe(
    `ot=${long}`,
  );
});

@Handler()
class Sender {
  @Traced({ kind: 'client' })
  send(): Record<string, string> {
    return traceHeaders();
  }

  handle(): Record<string, string> {
    return this.send();
  }
}

async function sentBy(options: HandlerOptions, event: unknown = {}): Promise<Record<string, string>> {
  const { handler } = createHandler(Sender, { http: false, ...options });
  return (await invoke(handler, event)) as Record<string, string>;
}

test.each<[TriggerName, string]>([
  ['timer', 'ot=th:0'],
  ['http', 'ot=th:f'],
  ['oss', 'ot=th:8'],
])('spans and requests of a sampled trace have the threshold of their trigger: %s', async (trigger, tracestate) => {
  const sampleRatio = { timer: 1, http: 0.0625, default: 0.5 };
  let tries = 0;
  while (traces.spans().length === 0 && tries < 1_000) {
    tries += 1;
    const headers = await sentBy({ sampleRatio }, fakeEvent(trigger));
    const isSampled = headers.traceparent!.endsWith('-03');
    // A trace that is not sampled has a random id, but no threshold.
    expect(headers).toEqual({
      traceparent: expect.stringMatching(isSampled ? /-03$/ : /-02$/),
      ...(isSampled && { tracestate }),
    });
  }
  expect(traceStates).toEqual([tracestate, tracestate]);
});

const http = (tracestate: string, flags = '01'): unknown => ({
  ...(fakeEvent('http') as object),
  headers: { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-${flags}`, tracestate },
});

test.each([
  // The randomness of the trace id is ce929d0e0e4736.
  ['ot=th:c;zz:1,vendor=1', 'ot=th:c;zz:1,vendor=1'],
  ['vendor=1,ot=th:ce929d0e0e4736', 'vendor=1,ot=th:ce929d0e0e4736'],
  ['ot=rv:d0000000000000;th:d', 'ot=rv:d0000000000000;th:d'],
  ['ot=anything but a list', 'ot=anything but a list'],
  ['ot=th:XYZ;th:f', 'ot=th:XYZ;th:f'],
  // Apparently inconsistent: the trace would not have been sampled.
  ['vendor=1,ot=th:ce929d0e0e4737;zz:1', 'ot=zz:1,vendor=1'],
  ['ot=th:c;rv:b0000000000000', 'ot=rv:b0000000000000'],
  ['vendor=1,ot=th:f', 'vendor=1'],
  ['ot=th:f', undefined],
])('tracestate %s of a sampled trace is passed on as %s', async (given, tracestate) => {
  const headers = await sentBy({ sampleRatio: 0.5 }, http(given));
  expect(headers.tracestate).toBe(tracestate);
  expect(headers.traceparent!.slice(3, 35)).toBe(TRACE_ID);
});

test('tracestate of a trace that the caller did not sample is passed on unchanged', async () => {
  expect((await sentBy({}, http('ot=th:f;rv:00000000000000', '00'))).tracestate).toBe('ot=th:f;rv:00000000000000');
});

test('a tracestate that throws or lacks members does not affect the span', async () => {
  const hostile = {
    get() {
      throw new Error('get');
    },
    serialize: () => 'vendor=1',
  };
  const parent = { traceId: TRACE_ID, spanId: '00f067aa0ba902b7', traceFlags: 1, traceState: hostile as never };
  expect((await sentBy({ parent })).tracestate).toBe('vendor=1');
  expect(consistentTraceState(TRACE_ID, { serialize: () => '' } as never)).toBeUndefined();
  expect(traces.spans()).toHaveLength(2);
});

test('a root span of a context with explicit randomness is sampled by that randomness', async () => {
  const invalid = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };
  const withRandomness = (rv: string): void => {
    const traceState = createTraceState(`ot=rv:${rv}`);
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...invalid, traceState });
    trace.getTracer('test').startSpan('root', {}, parent).end();
  };
  await invoke(createHandler(Sender, { http: false }).handler, {}, fakeFcContext());
  traceStates.length = 0;
  context.with(ROOT_CONTEXT, () => withRandomness('00000000000000'));
  expect(traceStates).toEqual(['ot=th:0;rv:00000000000000']);
});

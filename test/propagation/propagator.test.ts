import { context, defaultTextMapSetter, diag, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { TextMapPropagator } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { createHandler, Handler, traceHeaders } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { ensurePropagator, fcPropagator } from '../../src/propagation/propagator';
import { ensureContextManager } from '../../src/tracing/context/active-context';

const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const P = '00f067aa0ba902b7';
const PARENT = `00-${T}-${P}-03`;
ensureContextManager();

const incoming = (): Record<string, string> => ({
  traceparent: PARENT,
  tracestate: 'a=1 ,b=2',
  baggage: 'user=ann;p=1',
});
const extracted = (carrier: object): ReturnType<typeof propagation.extract> =>
  propagation.extract(ROOT_CONTEXT, carrier);
function injected(active = context.active()): Record<string, string> {
  const carrier = {};
  propagation.inject(active, carrier);
  return carrier;
}

beforeEach(() => propagation.disable());
afterAll(() => propagation.disable());

describe('ensurePropagator', () => {
  test('registers our propagator if there is none, also after it was removed', () => {
    for (let round = 0; round < 2; round += 1) {
      ensurePropagator();
      ensurePropagator();
      expect(propagation.fields()).toEqual(['traceparent', 'tracestate', 'baggage']);
      propagation.disable();
    }
  });

  test.each<[string, TextMapPropagator]>([
    ['of the SDK', new W3CTraceContextPropagator()],
    ['that does nothing', { inject() {}, extract: (given) => given, fields: () => [] }],
    [
      'that throws',
      {
        inject() {
          throw new Error('mine');
        },
        extract() {
          throw new Error('mine');
        },
        fields() {
          throw new Error('mine');
        },
      },
    ],
  ])("does not replace the application's propagator, and logs nothing: one %s", (_, own) => {
    const logged: unknown[] = [];
    const record = (...texts: unknown[]): void => void logged.push(texts);
    diag.setLogger({ error: record, warn: record, info() {}, debug() {}, verbose() {} });
    const inject = jest.spyOn(own, 'inject').mockImplementation(() => {});
    propagation.setGlobalPropagator(own);
    ensurePropagator();
    propagation.inject(ROOT_CONTEXT, {});
    diag.disable();
    expect([inject.mock.calls.length, logged]).toEqual([1, []]);
  });
});

describe('our propagator', () => {
  beforeEach(() => ensurePropagator());

  test('extracts the context of a caller, and injects it with a new parent id', () => {
    const active = extracted(incoming());
    expect(trace.getSpanContext(active)).toMatchObject({ traceId: T, spanId: P, traceFlags: 3, isRemote: true });
    expect(injected(active)).toEqual({
      traceparent: expect.stringMatching(new RegExp(`^00-${T}-(?!${P})[0-9a-f]{16}-03$`)),
      tracestate: 'a=1 ,b=2',
      baggage: 'user=ann;p=1',
    });
  });

  test('injects the same headers that traceHeaders returns in a recorded invocation', async () => {
    const traces = recordTraces();
    @Handler()
    class Both {
      handle(): unknown {
        return [injected(), traceHeaders()];
      }
    }
    const [one, other] = (await invoke(createHandler(Both, { parent: incoming() }).handler)) as Record<
      string,
      string
    >[];
    traces.stop();
    expect(one).toEqual(other);
    expect(one!.traceparent).toBe(`00-${T}-${traces.spans()[0]!.spanId}-03`);
  });

  test('injects a new parent id for each request of an invocation that is not recorded', async () => {
    @Handler()
    class Many {
      handle(): unknown {
        return Array.from({ length: 10 }, () => injected().traceparent);
      }
    }
    const seen = (await invoke(createHandler(Many, { parent: PARENT }).handler, {}, fakeFcContext())) as string[];
    expect(new Set([...seen, PARENT]).size).toBe(11);
    expect(seen.every((text) => text.startsWith(`00-${T}-`) && text.endsWith('-03'))).toBe(true);
  });

  test('extracts arrays: several values of tracestate and baggage are joined, several of traceparent are invalid', () => {
    expect(
      injected(extracted({ traceparent: [PARENT], tracestate: ['a=1', 'b=2'], baggage: ['x=1', 'y=2'] })),
    ).toMatchObject({ tracestate: 'a=1,b=2', baggage: 'x=1,y=2' });
    expect(extracted({ traceparent: [PARENT, PARENT], tracestate: 'a=1' })).toBe(ROOT_CONTEXT);
  });

  test.each([{}, { traceparent: 'rubbish' }, { traceparent: 7 }, { baggage: 'rubbish' }, { tracestate: 'a=1' }])(
    'returns the same context if nothing can be extracted: %j',
    (carrier) => {
      expect(extracted(carrier)).toBe(ROOT_CONTEXT);
    },
  );

  test('counts malformed parts', async () => {
    const traces = recordTraces();
    @Handler()
    class Next {
      handle(): void {}
    }
    const { handler } = createHandler(Next);
    await invoke(handler);
    extracted({ traceparent: 'rubbish', baggage: 'a=1,rubbish' });
    await invoke(handler);
    traces.stop();
    expect(traces.last().spans[0]!.attributes['fc_traced.malformed_carriers']).toBe(2);
  });

  test('injects nothing from an empty context', () => {
    expect(injected(ROOT_CONTEXT)).toEqual({});
  });

  test('the array that fields() returns can be changed without effect', () => {
    fcPropagator.fields().pop();
    expect(fcPropagator.fields()).toHaveLength(3);
  });

  test('uses the given setter', () => {
    const set = jest.fn(defaultTextMapSetter.set);
    fcPropagator.inject(extracted(incoming()), {}, { set });
    expect(set.mock.calls.map(([, name]) => name)).toEqual(['traceparent', 'tracestate', 'baggage']);
  });
});

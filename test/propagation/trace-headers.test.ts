import { context, INVALID_SPAN_CONTEXT, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { createHandler, currentSpan, Handler, invokeHeaders, traceHeaders, Traced, traceInvoke } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { ensureContextManager } from '../../src/tracing/context/active-context';

const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const P = '00f067aa0ba902b7';
ensureContextManager();

const headersIn = (active: Context): Record<string, string> => context.with(active, traceHeaders);
const under = (spanContext: Partial<SpanContext>): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId: T, spanId: P, traceFlags: 1, ...spanContext });

async function inHandler<R>(handle: () => R, parent?: string): Promise<R> {
  class Once {
    handle(): R {
      return handle();
    }
  }
  Handler()(Once);
  return (await invoke(createHandler(Once, parent === undefined ? {} : { parent }).handler, {}, fakeFcContext())) as R;
}

class Client {
  @Traced({ kind: 'client' })
  async call(wait: Promise<void>): Promise<[string, string]> {
    await wait;
    return [currentSpan().spanContext().spanId, traceHeaders().traceparent!.slice(36, 52)];
  }
}

describe('outside of any invocation and span', () => {
  test('there are no headers', () => {
    expect(traceHeaders()).toEqual({});
    expect(headersIn(trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT))).toEqual({});
  });

  test('active baggage is propagated', () => {
    expect(headersIn(propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ a: { value: '1' } })))).toEqual({
      baggage: 'a=1',
    });
  });

  test('with an active remote span, each request has a new parent id', () => {
    const seen = [1, 2].map(() => headersIn(under({ isRemote: true })).traceparent!);
    expect(seen.map((text) => text.slice(0, 36))).toEqual([`00-${T}-`, `00-${T}-`]);
    expect(new Set([...seen.map((text) => text.slice(36, 52)), P]).size).toBe(3);
  });

  test('with an active local span, the parent id is that of the span if it is sampled, else a new one', () => {
    expect(headersIn(under({})).traceparent).toBe(`00-${T}-${P}-01`);
    expect(headersIn(under({ traceFlags: 0 })).traceparent).toMatch(new RegExp(`^00-${T}-(?!${P})[0-9a-f]{16}-00$`));
  });
});

describe('in a recorded invocation', () => {
  const traces = recordTraces();
  afterEach(() => traces.clear());
  afterAll(() => traces.stop());

  test('the parent id of a request is the id of the active span, also with concurrent requests', async () => {
    let go = (): void => {};
    const wait = new Promise<void>((resolve) => (go = resolve));
    const seen = await inHandler(async () => {
      const client = new Client();
      const calls = [client.call(wait), client.call(wait), client.call(wait)];
      go();
      return Promise.all(calls);
    });
    expect(seen.map(([own, sent]) => own === sent)).toEqual([true, true, true]);
    expect(new Set(seen.flat()).size).toBe(3);
    expect(
      traces
        .only()
        .roots[0]!.children.map(({ span }) => span.spanId)
        .sort(),
    ).toEqual(seen.map(([own]) => own).sort());
  });

  test('each further request within a span gets a client span without duration', async () => {
    class Shop {
      @Traced()
      async request(): Promise<string[]> {
        const sent = [traceHeaders()];
        await Promise.resolve();
        sent.push(traceHeaders(), invokeHeaders(), traceInvoke().commonHeaders);
        return sent.map(({ traceparent }) => traceparent!);
      }
    }
    const sent = await inHandler(() => new Shop().request(), `00-${T}-${P}-03`);
    expect(sent.map((text) => text.slice(0, 36) + text.slice(52))).toEqual(Array(4).fill(`00-${T}--03`));
    expectTrace(traces.only()).toMatchTree({
      name: 'test-function',
      children: [
        {
          name: 'Shop.request',
          kind: 'internal',
          status: 'UNSET',
          children: Array(3).fill({ name: 'outgoing request', kind: 'client', status: 'UNSET', children: [] }),
        },
      ],
    });
    const [method] = traces.only().roots[0]!.children;
    expect(sent.map((text) => text.slice(36, 52))).toEqual(
      [method!, ...method!.children].map(({ span }) => span.spanId),
    );
    expect(
      method!.children.every(
        ({ span }) => span.startNanos >= method!.span.startNanos && span.endNanos <= method!.span.endNanos,
      ),
    ).toBe(true);
  });

  test('a request after the end of the active span still has the id of that span', async () => {
    const [own, sent] = await inHandler(() => {
      const span = trace.getTracer('library').startSpan('early');
      span.end();
      return [span.spanContext().spanId, headersIn(trace.setSpan(context.active(), span)).traceparent!.slice(36, 52)];
    });
    expect(sent).toBe(own);
  });

  test('nothing is propagated while tracing is suppressed, as it is for exporters', async () => {
    expect(await inHandler(() => headersIn(suppressTracing(context.active())), `00-${T}-${P}-01`)).toEqual({});
  });
});

describe('in an invocation that is not recorded', () => {
  test('each request has a new parent id, and the trace id and flags of the caller', async () => {
    const seen = await inHandler(
      () => Array.from({ length: 100 }, () => traceHeaders().traceparent!),
      `00-${T}-${P}-01`,
    );
    expect(new Set(seen.map((text) => text.slice(0, 36) + text.slice(52)))).toEqual(new Set([`00-${T}--01`]));
    expect(new Set([...seen, `00-${T}-${P}-01`]).size).toBe(101);
  });

  test('without a caller, all requests of one invocation are in one trace of their own', async () => {
    const three = (): string[] => Array.from({ length: 3 }, () => traceHeaders().traceparent!.slice(3, 35));
    const [one, other] = [new Set(await inHandler(three)), new Set(await inHandler(three))];
    expect([one.size, other.size, new Set([...one, ...other]).size]).toEqual([1, 1, 2]);
  });
});

test('upper-case ids of the active span are sent in lower case', () => {
  expect(headersIn(under({ traceId: T.toUpperCase(), spanId: P.toUpperCase() })).traceparent).toBe(`00-${T}-${P}-01`);
});

test.each<[string, Partial<SpanContext>]>([
  ['with line breaks', { traceId: `${T.slice(2)}\r\n` }],
  ['of zeros', { spanId: '0'.repeat(16) }],
  ['that are empty', { traceId: '' }],
  ['that are not strings', { traceId: 7 as unknown as string }],
])('ids %s are not propagated', (_, ids) => {
  expect(headersIn(under(ids))).toEqual({});
});

test('flags that are not a number are sent as 00', () => {
  expect(headersIn(under({ traceFlags: '\r\n' as unknown as number, isRemote: true })).traceparent).toMatch(/-00$/);
});

test('if the active span throws, only the trace context is omitted from the request', () => {
  const broken = {
    spanContext: () => {
      throw new Error('mine');
    },
  } as unknown as Span;
  const active = propagation.setBaggage(
    trace.setSpan(ROOT_CONTEXT, broken),
    propagation.createBaggage({ a: { value: '1' } }),
  );
  expect(headersIn(active)).toEqual({ baggage: 'a=1' });
});

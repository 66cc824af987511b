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
  test('there is nothing to pass on', () => {
    expect(traceHeaders()).toEqual({});
    expect(headersIn(trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT))).toEqual({});
  });

  test('baggage that the program made active is passed on', () => {
    expect(headersIn(propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ a: { value: '1' } })))).toEqual({
      baggage: 'a=1',
    });
  });

  test("a caller's span that the program made active gives an id of each request", () => {
    const seen = [1, 2].map(() => headersIn(under({ isRemote: true })).traceparent!);
    expect(seen.map((text) => text.slice(0, 36))).toEqual([`00-${T}-`, `00-${T}-`]);
    expect(new Set([...seen.map((text) => text.slice(36, 52)), P]).size).toBe(3);
  });

  test("a span of the program's own that is sampled is named, one that is not gives an id of each request", () => {
    expect(headersIn(under({})).traceparent).toBe(`00-${T}-${P}-01`);
    expect(headersIn(under({ traceFlags: 0 })).traceparent).toMatch(new RegExp(`^00-${T}-(?!${P})[0-9a-f]{16}-00$`));
  });
});

describe('in a recorded invocation', () => {
  const traces = recordTraces();
  afterEach(() => traces.clear());
  afterAll(() => traces.stop());

  test('the parent of a request is the span that is active where it is made, also while others run', async () => {
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

  test('several requests of one method are told apart: all but the first have a client span without length', async () => {
    class Shop {
      @Traced()
      async ask(): Promise<string[]> {
        const sent = [traceHeaders()];
        await Promise.resolve();
        sent.push(traceHeaders(), invokeHeaders(), traceInvoke().commonHeaders);
        return sent.map(({ traceparent }) => traceparent!);
      }
    }
    const sent = await inHandler(() => new Shop().ask(), `00-${T}-${P}-03`);
    expect(sent.map((text) => text.slice(0, 36) + text.slice(52))).toEqual(Array(4).fill(`00-${T}--03`));
    expectTrace(traces.only()).toMatchTree({
      name: 'test-function',
      children: [
        {
          name: 'Shop.ask',
          kind: 'internal',
          status: 'UNSET',
          children: Array(3).fill({ name: 'outgoing request', kind: 'client', status: 'UNSET', children: [] }),
        },
      ],
    });
    const [asking] = traces.only().roots[0]!.children;
    expect(sent.map((text) => text.slice(36, 52))).toEqual(
      [asking!, ...asking!.children].map(({ span }) => span.spanId),
    );
    expect(
      asking!.children.every(
        ({ span }) => span.startNanos >= asking!.span.startNanos && span.endNanos <= asking!.span.endNanos,
      ),
    ).toBe(true);
  });

  test('a span that has ended is still the one that a late request names', async () => {
    const [own, sent] = await inHandler(() => {
      const span = trace.getTracer('library').startSpan('early');
      span.end();
      return [span.spanContext().spanId, headersIn(trace.setSpan(context.active(), span)).traceparent!.slice(36, 52)];
    });
    expect(sent).toBe(own);
  });

  test('what runs with tracing suppressed, as an exporter does, passes nothing on', async () => {
    expect(await inHandler(() => headersIn(suppressTracing(context.active())), `00-${T}-${P}-01`)).toEqual({});
  });
});

describe('in an invocation that is not recorded', () => {
  test('each request has a parent id of its own, and the caller decides on trace and flags', async () => {
    const seen = await inHandler(
      () => Array.from({ length: 100 }, () => traceHeaders().traceparent!),
      `00-${T}-${P}-01`,
    );
    expect(new Set(seen.map((text) => text.slice(0, 36) + text.slice(52)))).toEqual(new Set([`00-${T}--01`]));
    expect(new Set([...seen, `00-${T}-${P}-01`]).size).toBe(101);
  });

  test('all requests of an invocation without a caller are of one trace, those of another of another', async () => {
    const three = (): string[] => Array.from({ length: 3 }, () => traceHeaders().traceparent!.slice(3, 35));
    const [one, other] = [new Set(await inHandler(three)), new Set(await inHandler(three))];
    expect([one.size, other.size, new Set([...one, ...other]).size]).toEqual([1, 1, 2]);
  });
});

test('capitals of ids that the program made active are sent in lower case', () => {
  expect(headersIn(under({ traceId: T.toUpperCase(), spanId: P.toUpperCase() })).traceparent).toBe(`00-${T}-${P}-01`);
});

test.each<[string, Partial<SpanContext>]>([
  ['line breaks', { traceId: `${T.slice(2)}\r\n` }],
  ['zeros', { spanId: '0'.repeat(16) }],
  ['nothing', { traceId: '' }],
  ['no text', { traceId: 7 as unknown as string }],
])('ids of %s are passed on by no header', (_, ids) => {
  expect(headersIn(under(ids))).toEqual({});
});

test('flags that are no number are none', () => {
  expect(headersIn(under({ traceFlags: '\r\n' as unknown as number, isRemote: true })).traceparent).toMatch(/-00$/);
});

test('a span that throws costs the request its trace alone', () => {
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

import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Span, SpanContext } from '@opentelemetry/api';
import { createHandler, currentSpan, Handler, traceHeaders, Traced } from 'fc-traced';
import type { HandlerOptions } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import type { TraceRecorder } from 'fc-traced/testing';
import { fcPropagator } from '../../src/propagation/propagator';
import { newTraceId } from '../../src/tracing/telemetry/ids';

const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const P = '00f067aa0ba902b7';

class Nested {
  @Traced()
  call(): string {
    return new Nested().request();
  }
  @Traced({ kind: 'client' })
  request(): string {
    return traceHeaders().traceparent!;
  }
  @Traced({ root: true })
  callAsRoot(): string {
    return new Nested().call();
  }
  @Traced({ root: true })
  requestAsRoot(): string {
    return traceHeaders().traceparent!;
  }
}
@Handler()
class Caller {
  handle(event: { extract?: string }): string[] {
    const nested = new Nested();
    if (event.extract === undefined) return [nested.call(), nested.callAsRoot(), nested.requestAsRoot()];
    const message = { traceparent: event.extract };
    return [
      context.with(
        fcPropagator.extract(context.active(), message, {
          get: (carrier, key) => Reflect.get(carrier, key) as string,
          keys: Object.keys,
        }),
        () => nested.call(),
      ),
    ];
  }
}
/** The flags of the `traceparent` headers that {@link Caller} sends. */
async function flagsOf(
  options: HandlerOptions,
  event: object = {},
  tracing: object = {},
): Promise<(string | undefined)[]> {
  const found = (await invoke(createHandler(Caller, options).handler, event, fakeFcContext({ tracing }))) as string[];
  return found.map((text) => text.slice(-2));
}
const parent = (flags: string): string => `00-${T}-${P}-${flags}`;

describe('in a recorded invocation', () => {
  let traces: TraceRecorder;
  beforeAll(() => void (traces = recordTraces()));
  afterEach(() => traces.clear());
  afterAll(() => traces.stop());

  test("nested spans propagate the caller's flag", async () => {
    expect((await flagsOf({ parent: parent('03') }))[0]).toBe('03');
    expect((await flagsOf({ parent: parent('01') }))[0]).toBe('01');
  });

  test('a new trace is random, also one that the option root starts', async () => {
    expect(await flagsOf({})).toEqual(['03', '03', '03']);
    expect((await flagsOf({ parent: parent('03') })).slice(1)).toEqual(['03', '03']);
    expect((await flagsOf({ parent: parent('01') }))[2]).toBe('03');
  });

  test("a 64-bit id of FC's context does not count as random", async () => {
    expect((await flagsOf({}, {}, { openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:1' }))[0]).toBe('01');
    // Bit 1 is Jaeger's debug flag there.
    expect((await flagsOf({}, {}, { openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:3' }))[0]).toBe('01');
  });

  test.each(['01', '03'])(
    'spans in a context that was extracted from a message propagate the flag of that message: %s',
    async (flags) => {
      expect(await flagsOf({}, { extract: `00-${'a'.repeat(32)}-${P}-${flags}` })).toEqual([flags]);
      expect(await flagsOf({ parent: parent('01') }, { extract: `00-${'a'.repeat(32)}-${P}-${flags}` })).toEqual([
        flags,
      ]);
    },
  );

  test('no span has the flag, because Jaeger would treat it as its debug flag', async () => {
    let seen: number | undefined;
    @Handler()
    class Reader {
      handle(): void {
        seen = trace.getActiveSpan()!.spanContext().traceFlags;
      }
    }
    await invoke(createHandler(Reader, { parent: parent('03') }).handler);
    await invoke(createHandler(Reader).handler);
    expect(seen).toBe(1);
  });
});

describe('in an invocation that is not recorded', () => {
  test.each([
    ['00', '00'],
    ['01', '01'],
    ['02', '02'],
    ['03', '03'],
  ])('the flags of the caller are propagated: %s', async (given, expected) => {
    expect((await flagsOf({ parent: parent(given) }))[0]).toBe(expected);
  });

  test('a new trace is random', async () => {
    expect((await flagsOf({}))[0]).toBe('02');
  });

  test('the ids of a new trace stay the same, also in work that continues after its end', async () => {
    const seen: SpanContext[] = [];
    const later: Promise<unknown>[] = [];
    class Reads {
      handle(): void {
        seen.push(currentSpan().spanContext());
        const continued = new Promise((resolve) => setImmediate(resolve));
        later.push(continued.then(() => seen.push(currentSpan().spanContext())));
      }
    }
    const { handler } = createHandler(Reads, { endpoint: 'http://127.0.0.1:1/v1/traces', sampleRatio: 0 });
    await handler(Buffer.from('{}'), fakeFcContext());
    await handler(Buffer.from('{}'), fakeFcContext());
    await Promise.all(later);
    expect(seen[0]).toMatchObject({ traceId: expect.stringMatching(/^[\da-f]{32}$/) as unknown, traceFlags: 0 });
    expect(new Set(seen.map(({ traceId }) => traceId)).size).toBe(2);
    expect(new Set(seen.map(({ spanId }) => spanId)).size).toBe(2);
    expect(seen).toHaveLength(4);
  });

  test.each<[string, (span: Span) => Span]>([
    ['a proxy', (span) => new Proxy(span, {})],
    ['an object that inherits from it', (span) => Object.create(span) as Span],
  ])('%s in place of the active span propagates its trace', async (_what, wrap) => {
    class Wraps {
      handle(): [string, string | undefined] {
        const { traceId } = trace.getActiveSpan()!.spanContext();
        const wrapped = trace.setSpan(context.active(), wrap(trace.getActiveSpan()!));
        return [traceId, context.with(wrapped, traceHeaders).traceparent];
      }
    }
    const { handler } = createHandler(Wraps, { endpoint: 'http://127.0.0.1:1/v1/traces', sampleRatio: 0 });
    const [traceId, traceparent] = (await handler(Buffer.from('{}'), fakeFcContext())) as [string, string | undefined];
    expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[\\da-f]{16}-02$`));
  });
});

test('outside of any invocation a new trace is random', () => {
  const traces = recordTraces();
  expect(new Nested().call().slice(-2)).toBe('03');
  traces.stop();
});

test('the last 7 bytes of trace ids are uniformly distributed', () => {
  const count = 20_000;
  const ids = Array.from({ length: count }, newTraceId);
  expect(new Set(ids).size).toBe(count);
  for (let digit = 18; digit < 32; digit += 1) {
    const seen = new Map<string, number>();
    for (const id of ids) seen.set(id[digit]!, (seen.get(id[digit]!) ?? 0) + 1);
    const expected = count / 16;
    const deviation = [...seen.values()].reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
    // Chi-squared with 15 degrees of freedom: the probability of more than 60 is about one in several million.
    expect([seen.size, deviation < 60]).toEqual([16, true]);
  }
});

test('traceparent and tracestate of a new trace contain no personal data', () => {
  const traces = recordTraces();
  const headers = context.with(
    propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ user: { value: 'ann' } })),
    () => {
      let found: Record<string, string> = {};
      class Once {
        @Traced()
        run(): void {
          found = traceHeaders();
        }
      }
      new Once().run();
      return found;
    },
  );
  traces.stop();
  expect(headers).toEqual({
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/),
    tracestate: 'ot=th:0',
    baggage: 'user=ann',
  });
});

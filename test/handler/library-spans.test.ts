import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { createHandler, Handler, Traced } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

// Like a library that gets its tracer when it is loaded, before the first invocation.
const library = trace.getTracer('lib', '1.2.3');
const query = (name: string): string =>
  library.startActiveSpan(name, (span) => {
    span.end();
    return span.spanContext().traceId;
  });

@Handler({ name: 'ship' })
class Ship {
  @Traced()
  async pack(): Promise<string> {
    await new Promise(setImmediate);
    return query('SELECT');
  }

  async handle(event: { detached?: boolean }): Promise<string> {
    query('BEGIN');
    if (event.detached) return context.with(ROOT_CONTEXT, () => query('elsewhere'));
    return this.pack();
  }
}

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('spans that a library creates with the API are in the trace, below the active span', async () => {
  await invoke(createHandler(Ship).handler);
  expectTrace(traces.only()).toMatchTree(`
    ship
      BEGIN
      Ship.pack
        SELECT
  `);
});

test('in an invocation that is not sampled, a library records nothing and sees the trace id of the caller', async () => {
  const unsampled = fakeFcContext({ tracing: { openTracingSpanContext: '124ed43254b54966:aaaaaaaaaaaaaaaa:0:0' } });
  expect(await invoke(createHandler(Ship).handler, {}, unsampled)).toBe('0000000000000000124ed43254b54966');
  expect(traces.spans()).toEqual([]);
});

test('a span that a library starts in the root context is not part of the invocation', async () => {
  await invoke(createHandler(Ship).handler, { detached: true });
  expect(traces.traces()).toHaveLength(2);
});

test("the caller's baggage is available to a library", async () => {
  class Reads {
    handle(): unknown {
      return propagation.getActiveBaggage()?.getEntry('tenant')?.value;
    }
  }
  expect(
    await invoke(
      createHandler(Reads).handler,
      {},
      fakeFcContext({ tracing: { openTracingSpanBaggages: { tenant: 'acme' } } }),
    ),
  ).toBe('acme');
});
